/** Roles that every store has, and that never change. */
import { Type } from 'typebox';
import { builtInRoleId } from '../../../domain/derived-ids.js';
import { ok } from '../../../domain/result.js';
import { BUILT_IN_ROLES, GUEST_ROLE, ROLE_SCOPES } from '../../../domain/roles.js';
import { formatInstant } from '../../../domain/time.js';
import type { BuiltIn } from '../../crud.js';
import type { HttpDependencies } from '../../dependencies.js';

export const Permissions = Type.Array(Type.String(), { description: '`*`: everything.' });

/** There from the beginning, and as they were then. */
export async function builtInRoles({ store }: HttpDependencies) {
  const facts = await store.facts();
  if (!facts.ok) return facts;
  const at = formatInstant(facts.value.usage.from);
  const roles = ROLE_SCOPES.flatMap((scope) =>
    Object.entries(BUILT_IN_ROLES[scope]).map(([name, { permissions }]) => ({ name, scope, permissions })),
  );
  return ok(
    [...roles, { ...GUEST_ROLE, scope: 'guest' as const }].map((role) => ({
      ...{ id: builtInRoleId(role.name), ...role, isBuiltIn: true },
      ...{ labels: {}, project: null, createdAt: at, updatedAt: at },
    })),
  );
}

/** Those that documents name too, in the shape of a store's own. */
async function builtInRole(idOrName: string, deps: HttpDependencies) {
  const roles = await builtInRoles(deps);
  if (!roles.ok) return roles;
  const found = roles.value.find(({ id, name }) => [id, name].includes(idOrName));
  if (found === undefined || found.scope === 'guest') return ok(undefined);
  const { isBuiltIn: _, updatedAt: __, ...role } = found;
  return ok(role);
}

export const BUILT_IN: BuiltIn = { shown: { permissions: Permissions }, find: builtInRole };
