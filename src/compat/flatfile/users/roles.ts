/** Which roles a user has in the account: shown, given and taken. */
import { fail, ok } from '../../../domain/result.js';
import { byOf } from '../../../http/live-objects.js';
import { removedMeanwhile, roleRoutes } from '../role-assignments.js';
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
  roles: (entry, deps) => rolesOf(deps, entry),
  give: async (call, _, deps) => {
    const role = await roleName(deps, call.body);
    if (!role.ok) return role;
    const given = await deps.admin.giveRole(call.params.id, role.value, byOf(call));
    if (!given.ok) return given;
    return ok((roles, { object }) => roles[(object.declaration.spec.roles ?? []).indexOf(role.value)]);
  },
  take: async (call, { found, at }, deps) => {
    const name = (found.object.declaration.spec.roles ?? [])[at];
    return name === undefined
      ? fail(removedMeanwhile('/users'))
      : deps.admin.takeRole(call.params.id, name, byOf(call));
  },
});
