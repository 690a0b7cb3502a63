/** Role: a named set of permissions, for people in the tenant or in a team. */
import { type Static, Type } from 'typebox';
import { BUILT_IN_ROLES, isBuiltInRole, ROLE_SCOPES } from '../roles.js';
import { literals } from './facets.js';
import { closed, permissionsField } from './fields.js';
import type { Kind } from './kind.js';

const spec = Type.Object(
  {
    scope: Type.Union([Type.Literal('tenant'), Type.Literal('team')], {
      description:
        'Where the role can be assigned: to users in the tenant, or to members and keys of a team.',
    }),
    permissions: permissionsField('The permissions of the role.'),
  },
  closed,
);

export type RoleSpec = Static<typeof spec>;

export const Role: Kind<RoleSpec> = {
  name: 'Role',
  summary: `A named set of permissions. Built-in roles are ${ROLE_SCOPES.map(
    (scope) => `${Object.keys(BUILT_IN_ROLES[scope]).join(', ')} (${scope})`,
  ).join(' and ')}.`,
  schema: spec,
  example: {
    metadata: { name: 'log-reader' },
    spec: { scope: 'tenant', permissions: ['audit:read'] },
  },
  idPrefix: 'us_rol',
  // A role is held in the tenant or in a team, never both.
  replacedBy: ['scope'],
  references: () => [],
  check: (_, { name }) =>
    ROLE_SCOPES.some((scope) => isBuiltInRole(name, scope))
      ? [{ path: 'metadata.name', message: `cannot be ${name}: that role is built in` }]
      : [],
  constraintViolations: ({ scope, path }, { name, spec }) => {
    if (scope === undefined || scope === spec.scope) return [];
    const places = { tenant: 'the tenant', team: 'teams' };
    const message = `role ${name} is for ${places[spec.scope]}, but a role for ${places[scope]} is required`;
    return [{ kind: 'contradiction', path, message }];
  },
  access: { noun: 'roles', of: 'account' },
  // The list is Flatfile's, with the roles that are built in (compat/flatfile).
  routes: {
    ...{ collection: '/roles', item: 'role', verbs: ['create', 'get', 'update', 'delete'] },
    changeable: ['permissions'],
  },
  cdk: { props: literals },
};
