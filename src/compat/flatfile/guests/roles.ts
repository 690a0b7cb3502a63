/**
 * A guest's roles, as Flatfile's client speaks of them: one built-in role, held in each space or workbook that is open
 * to them. Giving and taking it is changing what is open, as PATCH of the guest does; there is no second list.
 */
import type { Static } from 'typebox';
import { actorRoleId, builtInRoleId } from '../../../domain/derived-ids.js';
import { fault } from '../../../domain/errors.js';
import { fail, ok, type Result } from '../../../domain/result.js';
import { GUEST_ROLE } from '../../../domain/roles.js';
import type { HttpDependencies } from '../../../http/dependencies.js';
import { byOf, refById } from '../../../http/live-objects.js';
import type { Entry } from '../objects.js';
import { type ActorRole, roleRoutes } from '../role-assignments.js';
import { guestItems } from './item.js';
import { byGuestId, guestEntry } from './routes.js';

const ROLE_ID = builtInRoleId(GUEST_ROLE.name);

export const guestRoleRoutes = roleRoutes<Entry, typeof byGuestId>({
  ...{ path: '/guests', name: 'Guest', tag: 'guests', params: byGuestId },
  ...{ write: 'guests:write', scope: { read: 'objects', write: 'objects' } },
  summaries: {
    list: 'The spaces and workbooks that are granted to a guest. Guests see their own.',
    give: 'Grant a guest one more space or workbook.',
    take: 'Remove a guest from one space or workbook.',
  },
  description: `roleId is ${ROLE_ID}, the only role of guests; resourceId is a space or a workbook. Idempotent.`,
  faults: ['not_found', 'conflict', 'unknown_reference'],
  find: ({ principal, params }, deps) => guestEntry(deps, principal, params.id),
  roles: (entry, deps) => rolesOf(deps, entry),
  give: async (call, { object }, deps) => {
    const { roleId, resourceId: placeId } = call.body;
    const sayable = isSayable(roleId, placeId);
    if (!sayable.ok) return sayable;
    const opened = await deps.admin.openPlace({ guest: refById(object), placeId }, byOf(call));
    return opened.ok ? ok((roles) => roles.find(({ resourceId }) => resourceId === placeId)) : opened;
  },
  take: (call, { found, role }, deps) =>
    deps.admin.closePlace({ guest: refById(found.object), placeId: role.resourceId }, byOf(call)),
});

/** `bad_request` for what no grant can say. */
function isSayable(roleId: string, placeId: string): Result<void> {
  if (roleId !== ROLE_ID && roleId !== GUEST_ROLE.name)
    return fail(
      fault(
        'bad_request',
        `body.roleId must be ${ROLE_ID}, the only role of guests. Other roles are for users (POST /users/invite) and members of teams`,
      ),
    );
  return /^us_(?:sp|wb)_/.test(placeId)
    ? ok(undefined)
    : fail(
        fault(
          'bad_request',
          'body.resourceId must be a space (us_sp_…) or a workbook (us_wb_…). Guests cannot be granted an environment or the account',
        ),
      );
}

type GuestRole = Static<typeof ActorRole>;

/** Since when a scope is open is not kept apart: as long as the guest exists, and as they are now. */
async function rolesOf(deps: HttpDependencies, entry: Entry): Promise<Result<readonly GuestRole[]>> {
  const items = await guestItems(deps, [entry]);
  if (!items.ok) return items;
  return ok(
    items.value.flatMap(({ id: actorId, spaces, createdAt, updatedAt }) =>
      spaces
        .flatMap(({ id, workbooks }) => workbooks?.map((one) => one.id) ?? [id])
        .map((resourceId) => ({
          id: actorRoleId(actorId, `${ROLE_ID} ${resourceId}`),
          ...{ roleId: ROLE_ID, actorId, resourceId, createdAt, updatedAt },
        })),
    ),
  );
}
