/**
 * A guest's roles, as Flatfile's client speaks of them: one built-in role, held in each space or workbook that is open
 * to them. Giving and taking it is changing what is open, as PATCH of the guest does; there is no second list.
 */
import { type Static, Type } from 'typebox';
import { actorRoleId, builtInRoleId } from '../../../domain/derived-ids.js';
import { fault } from '../../../domain/errors.js';
import type { Principal } from '../../../domain/principal.js';
import { fail, ok, type Result } from '../../../domain/result.js';
import { GUEST_ROLE } from '../../../domain/roles.js';
import { byOf, SUCCESS, Success } from '../../live-objects.js';
import type { Entry } from '../../numbered.js';
import { json, type Route, route } from '../../route.js';
import { closed, dataOf } from '../../schemas.js';
import type { HttpWorld } from '../../world.js';
import { ActorRole, Assignment } from '../users/having.js';
import { guestItems } from './item.js';
import { byGuestId, guestEntry } from './routes.js';

const ROLE_ID = builtInRoleId(GUEST_ROLE.name);

const about = {
  tag: 'guests',
  scope: 'objects',
  faults: ['not_found', 'conflict', 'unknown_reference'],
} as const;

const list = route({
  method: 'GET',
  path: '/guests/{id}/roles',
  id: 'listGuestRoles',
  ...about,
  summary: 'In which spaces and workbooks somebody is a guest; guests see their own.',
  params: byGuestId,
  answer: dataOf(Type.Array(ActorRole)),
  handle: async ({ principal, params }, world) => {
    const entry = await guestEntry(world, principal, params.id);
    const roles = entry.ok ? await rolesOf(world, entry.value) : entry;
    return roles.ok ? json({ data: roles.value }) : roles;
  },
});

const give = route({
  method: 'POST',
  path: '/guests/{id}/roles',
  id: 'assignGuestRole',
  ...about,
  summary: 'Let a guest into one more space or workbook.',
  description: `roleId is ${ROLE_ID}, the only role that guests have; resourceId is a space or a workbook. Given again, nothing changes.`,
  permission: 'guests:write',
  params: byGuestId,
  body: Assignment,
  answer: dataOf(ActorRole),
  handle: async (call, world) => {
    const entry = await guestEntry(world, call.principal, call.params.id);
    if (!entry.ok) return entry;
    const { roleId, resourceId: placeId } = call.body;
    const sayable = isSayable(roleId, placeId);
    if (!sayable.ok) return sayable;
    const opened = await world.rooms.guests.open({ guest: entry.value.object.ref, placeId }, byOf(call));
    if (!opened.ok) return opened;
    const given = await roleIn(world, call.principal, { id: call.params.id, placeId });
    return given.ok ? json({ data: given.value }) : given;
  },
});

const take = route({
  method: 'DELETE',
  path: '/guests/{id}/roles/{actorRoleId}',
  id: 'deleteGuestRole',
  ...about,
  summary: 'Let a guest out of one space or workbook.',
  permission: 'guests:write',
  params: Type.Object(
    {
      ...byGuestId.properties,
      actorRoleId: Type.String({ pattern: '^us_acr_[0-9A-Za-z]{1,32}$', maxLength: 64 }),
    },
    closed,
  ),
  answer: Success,
  handle: async (call, world) => {
    const entry = await guestEntry(world, call.principal, call.params.id);
    if (!entry.ok) return entry;
    const roles = await rolesOf(world, entry.value);
    if (!roles.ok) return roles;
    const role = roles.value.find(({ id }) => id === call.params.actorRoleId);
    if (role === undefined) return ABSENT;
    const place = { guest: entry.value.object.ref, placeId: role.resourceId };
    const taken = await world.rooms.guests.close(place, byOf(call));
    return taken.ok ? json(SUCCESS) : taken;
  },
});

const ABSENT = fail(fault('not_found', 'they have no such role; GET /guests/{id}/roles lists theirs'));

/** `bad_request` for what no grant can say. */
function isSayable(roleId: string, placeId: string): Result<void> {
  if (roleId !== ROLE_ID && roleId !== GUEST_ROLE.name)
    return fail(
      fault(
        'bad_request',
        `body.roleId must be ${ROLE_ID}: guests have that role alone, in what is open to them; other roles are for people (POST /users/invite) and members of teams`,
      ),
    );
  return /^us_(?:sp|wb)_/.test(placeId)
    ? ok(undefined)
    : fail(
        fault(
          'bad_request',
          'body.resourceId must be a space (us_sp_…) or a workbook (us_wb_…): guests are let into these, and never into an environment or the account as a whole',
        ),
      );
}

type GuestRole = Static<typeof ActorRole>;

/** Since when a place is open is not kept apart: as long as the guest is there, and as they are now. */
async function rolesOf(world: HttpWorld, entry: Entry): Promise<Result<readonly GuestRole[]>> {
  const items = await guestItems(world, [entry]);
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

async function roleIn(
  world: HttpWorld,
  principal: Principal,
  { id, placeId }: { readonly id: string; readonly placeId: string },
): Promise<Result<GuestRole>> {
  const entry = await guestEntry(world, principal, id);
  const roles = entry.ok ? await rolesOf(world, entry.value) : entry;
  if (!roles.ok) return roles;
  const role = roles.value.find(({ resourceId }) => resourceId === placeId);
  return role === undefined ? ABSENT : ok(role);
}

export const guestRoleRoutes: readonly Route[] = [list, give, take];
