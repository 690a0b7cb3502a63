/** Roles of users in the account, as Flatfile's client has them: each assignment has an id. */
import type { Static } from 'typebox';
import { actorRoleId, builtInRoleId } from '../../../domain/derived-ids.js';
import { fault } from '../../../domain/errors.js';
import type { LiveObject } from '../../../domain/live.js';
import { fail, ok, type Result } from '../../../domain/result.js';
import { BUILT_IN_ROLES } from '../../../domain/roles.js';
import { formatInstant } from '../../../domain/time.js';
import type { HttpDependencies } from '../../../http/dependencies.js';
import { findObject } from '../../../http/live-objects.js';
import type { ActorRole, Assignment } from '../role-assignments.js';
import type { UserEntry } from './item.js';

/** Who has a role since when is not kept apart: as long as they are there, and as they are now. */
export async function rolesOf(
  deps: Pick<HttpDependencies, 'store' | 'accountId'>,
  { object, kept }: UserEntry,
): Promise<Result<readonly Static<typeof ActorRole>[]>> {
  const names = object.declaration.spec.roles ?? [];
  const own = await deps.store.fetch(names.map((name) => ({ kind: 'Role', name })));
  if (!own.ok) return own;
  const ids = new Map(own.value.map(({ id, ref }) => [ref.name, id]));
  const since = { createdAt: formatInstant(object.createdAt), updatedAt: formatInstant(kept.updatedAt) };
  return ok(
    names.map((name) => {
      const roleId = ids.get(name) ?? builtInRoleId(name);
      const id = actorRoleId(object.id, roleId);
      return { ...{ id, roleId, actorId: object.id, resourceId: deps.accountId }, ...since };
    }),
  );
}

/** The name of the role that is meant, if it is given in the account. */
export async function roleName(
  { store, accountId }: Pick<HttpDependencies, 'store' | 'accountId'>,
  { roleId, resourceId }: Static<typeof Assignment>,
): Promise<Result<string>> {
  if (resourceId !== accountId)
    return fail(
      fault(
        'bad_request',
        `body.resourceId must be ${accountId}: roles are held in the account, or by members of a team`,
      ),
    );
  const builtIn = Object.keys(BUILT_IN_ROLES.tenant).find((name) =>
    [name, builtInRoleId(name)].includes(roleId),
  );
  if (builtIn !== undefined) return ok(builtIn);
  const found = await findObject(store, { kind: 'Role', name: roleId });
  if (!found.ok) return found;
  return isTenantRole(found.value)
    ? ok(found.value.ref.name)
    : fail(fault('unknown_reference', 'body.roleId: no such role of the account; GET /roles lists them'));
}

const isTenantRole = (object: LiveObject | undefined): object is LiveObject =>
  object?.declaration.kind === 'Role' && object.declaration.spec.scope === 'tenant';
