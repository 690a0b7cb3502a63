/** Which roles somebody has in the account: shown, given and taken. */
import { Type } from 'typebox';
import { fault } from '../../../domain/errors.js';
import { fail } from '../../../domain/result.js';
import { accountId, byOf, SUCCESS, Success } from '../../live-objects.js';
import { json, type Route, route } from '../../route.js';
import { closed, dataOf } from '../../schemas.js';
import { ActorRole, Assignment, roleName, rolesOf } from './having.js';
import { byUserId, entryOf } from './routes.js';

const about = { tag: 'users', faults: ['not_found', 'conflict', 'unknown_reference'] } as const;

const list = route({
  method: 'GET',
  path: '/users/{id}/roles',
  id: 'listUserRoles',
  ...about,
  summary: 'The roles that somebody has in the account.',
  permission: 'users:read',
  scope: 'objects',
  params: byUserId,
  answer: dataOf(Type.Array(ActorRole)),
  handle: async ({ principal, params }, world) => {
    const entry = await entryOf(world, principal, params.id);
    if (!entry.ok) return entry;
    const account = await accountId(world);
    const roles = account.ok ? await rolesOf(world, entry.value, account.value) : account;
    return roles.ok ? json({ data: roles.value }) : roles;
  },
});

const give = route({
  method: 'POST',
  path: '/users/{id}/roles',
  id: 'assignUserRole',
  ...about,
  summary: 'Give somebody a role in the account.',
  description: 'Nobody gives more than they have themselves. Given again, nothing changes.',
  permission: 'users:write',
  params: byUserId,
  body: Assignment,
  answer: dataOf(ActorRole),
  handle: async (call, world) => {
    const account = await accountId(world);
    if (!account.ok) return account;
    const role = await roleName(world, call.body, account.value);
    if (!role.ok) return role;
    const given = await world.people.giveRole(call.params.id, role.value, byOf(call));
    if (!given.ok) return given;
    const entry = await entryOf(world, call.principal, call.params.id);
    const roles = entry.ok ? await rolesOf(world, entry.value, account.value) : entry;
    if (!entry.ok || !roles.ok) return entry.ok ? (roles.ok ? ABSENT : roles) : entry;
    const at = (entry.value.object.declaration.spec.roles ?? []).indexOf(role.value);
    return json({ data: roles.value[at] });
  },
});

const take = route({
  method: 'DELETE',
  path: '/users/{id}/roles/{actorRoleId}',
  id: 'deleteUserRole',
  ...about,
  summary: 'Take a role from somebody.',
  permission: 'users:write',
  params: Type.Object(
    {
      ...byUserId.properties,
      actorRoleId: Type.String({ pattern: '^us_acr_[0-9A-Za-z]{1,32}$', maxLength: 64 }),
    },
    closed,
  ),
  answer: Success,
  handle: async (call, world) => {
    const entry = await entryOf(world, call.principal, call.params.id);
    if (!entry.ok) return entry;
    const account = await accountId(world);
    const roles = account.ok ? await rolesOf(world, entry.value, account.value) : account;
    if (!roles.ok) return roles;
    const at = roles.value.findIndex(({ id }) => id === call.params.actorRoleId);
    const role = (entry.value.object.declaration.spec.roles ?? [])[at];
    if (role === undefined) return ABSENT;
    const taken = await world.people.takeRole(call.params.id, role, byOf(call));
    return taken.ok ? json(SUCCESS) : taken;
  },
});

const ABSENT = fail(fault('not_found', 'they have no such role; GET /users/{id}/roles lists theirs'));

export const userRoleRoutes: readonly Route[] = [list, give, take];
