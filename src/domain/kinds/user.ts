/** User: a person, and what they may do in the tenant. */
import { type Static, Type } from 'typebox';
import { isBuiltInRole, isOwnerRole } from '../roles.js';
import { literals, roleCode } from './facets.js';
import { closed, identityEmailField, nameField, textField } from './fields.js';
import type { Kind } from './kind.js';

const spec = Type.Object(
  {
    email: identityEmailField('The email address of the user, unique and case-insensitive.'),
    name: Type.Optional(textField('The display name of the user.', 200)),
    status: Type.Optional(
      Type.Union([Type.Literal('active'), Type.Literal('deactivated')], {
        default: 'active',
        description:
          'deactivated: neither the user nor their personal keys are accepted until the user is active again.',
      }),
    ),
    roles: Type.Optional(
      Type.Array(nameField('A Role of scope tenant, or owner, administrator, member.'), {
        uniqueItems: true,
        maxItems: 20,
        default: ['member'],
        description: 'The roles of the user in the tenant.',
      }),
    ),
  },
  closed,
);

export type UserSpec = Static<typeof spec>;

export const User: Kind<UserSpec> = {
  name: 'User',
  summary: 'A user. Personal keys end with their user; keys of services, teams and the tenant do not.',
  schema: spec,
  example: {
    metadata: { name: 'ada' },
    spec: { email: 'ada@example.com', name: 'Ada', roles: ['administrator'] },
  },
  idPrefix: 'us_usr',
  replacedBy: [],
  alias: ({ email }) => email,
  references: ({ roles = [] }) =>
    roles
      .map((name, index) => ({ kind: 'Role', name, path: `spec.roles.${index}`, scope: 'tenant' as const }))
      .filter(({ name }) => !isBuiltInRole(name, 'tenant')),
  check: () => [],
  access: {
    noun: 'users',
    of: 'account',
    reserved: ({ roles = [] }) => (roles.some(isOwnerRole) ? 'owners' : 'administrators'),
  },
  routes: { collection: '/users', item: 'user', verbs: [], changeable: [] },
  cdk: {
    props: ({ name, roles, ...rest }, app) => ({
      ...literals(rest, app),
      ...literals({ displayName: name }, app),
      roles: roles && `[${roles.map((role) => `TenantRole.of(${roleCode(role, app)})`).join(', ')}]`,
    }),
  },
};
