/** Which roles a user has in the account: shown, given and taken. */
import { fault } from '../../../domain/errors.js';
import { fail, ok } from '../../../domain/result.js';
import { accountId, byOf } from '../../../http/live-objects.js';
import { roleRoutes } from '../role-assignments.js';
import { roleName, rolesOf } from './assigned-roles.js';
import type { UserEntry } from './item.js';
import { byUserId, entryOf } from './routes.js';

export const userRoleRoutes = roleRoutes<UserEntry, typeof byUserId>({
  ...{ path: '/users', name: 'User', tag: 'users', params: byUserId },
  ...{ read: 'users:read', write: 'users:write', scope: { read: 'objects', write: 'account' } },
  summaries: {
    list: 'The roles that a user has in the account.',
    give: 'Give a user a role in the account.',
    take: 'Remove a role from a user.',
  },
  description: 'A caller cannot grant permissions that they do not have. Idempotent.',
  faults: ['not_found', 'conflict', 'unknown_reference'],
  find: ({ principal, params }, deps) => entryOf(deps, principal, params.id),
  roles: async (entry, deps) => {
    const account = await accountId(deps);
    return account.ok ? rolesOf(deps, entry, account.value) : account;
  },
  give: async (call, _, deps) => {
    const account = await accountId(deps);
    if (!account.ok) return account;
    const role = await roleName(deps, call.body, account.value);
    if (!role.ok) return role;
    const given = await deps.admin.giveRole(call.params.id, role.value, byOf(call));
    if (!given.ok) return given;
    const entry = await entryOf(deps, call.principal, call.params.id);
    const roles = entry.ok ? await rolesOf(deps, entry.value, account.value) : entry;
    if (!entry.ok) return entry;
    if (!roles.ok) return roles;
    const held = roles.value[(entry.value.object.declaration.spec.roles ?? []).indexOf(role.value)];
    return held === undefined ? TAKEN : ok(held);
  },
  take: async (call, { found, at }, deps) => {
    const name = (found.object.declaration.spec.roles ?? [])[at];
    return name === undefined ? TAKEN : deps.admin.takeRole(call.params.id, name, byOf(call));
  },
});

const TAKEN = fail(
  fault('not_found', 'the role was removed meanwhile; GET /users/{id}/roles lists the others'),
);
