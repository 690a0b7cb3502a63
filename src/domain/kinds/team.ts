/** Team: people with roles in it; an owner of keys. */
import { type Static, Type } from 'typebox';
import { DEFAULT_TEAM_ROLE, isBuiltInRole } from '../roles.js';
import { literals, roleCode, VERBS } from './facets.js';
import { closed, foldEmail, nameField, textField, userField } from './fields.js';
import type { Kind, Problem, Reference } from './kind.js';

const member = Type.Object(
  {
    user: userField('A User by name or email.'),
    role: Type.Optional(
      nameField('A Role of scope team, or admin, editor, viewer. Absent: viewer.', { default: 'viewer' }),
    ),
  },
  closed,
);

const spec = Type.Object(
  {
    description: Type.Optional(textField('The purpose of the team.')),
    members: Type.Optional(
      Type.Array(member, {
        // Compared by `check`, user by user: `uniqueItems` compares every pair of objects.
        'x-set': true,
        maxItems: 1_000,
        default: [],
        description: 'The members of the team, each once, with their roles.',
      }),
    ),
  },
  closed,
);

export type TeamSpec = Static<typeof spec>;

export const Team: Kind<TeamSpec> = {
  name: 'Team',
  summary: 'A group of users with roles. Its keys remain when members leave.',
  schema: spec,
  example: {
    metadata: { name: 'data' },
    spec: { members: [{ user: 'ada@example.com', role: 'admin' }] },
  },
  idPrefix: 'us_team',
  replacedBy: [],
  references: ({ members = [] }) =>
    members.flatMap(({ user, role }, index): readonly Reference[] => {
      const path = `spec.members.${index}`;
      const person = { kind: 'User', name: foldEmail(user), path: `${path}.user` };
      if (role === undefined || isBuiltInRole(role, 'team')) return [person];
      return [person, { kind: 'Role', name: role, path: `${path}.role`, scope: 'team' }];
    }),
  check: ({ members = [] }) => repeated(members.map(({ user }) => foldEmail(user))),
  access: {
    noun: 'teams',
    of: 'account',
    target: ({ name }) => ({ kind: 'team', team: name }),
  },
  routes: { collection: '/teams', item: 'team', verbs: VERBS, changeable: ['description', 'members'] },
  cdk: {
    props: ({ members: _, ...rest }, app) => literals(rest, app),
    calls: ({ members = [] }, app) =>
      members.map(({ user, role = DEFAULT_TEAM_ROLE }) => {
        const member = app.declared('User', user) ?? app.literal(user);
        return `addMember(${member}, TeamRole.of(${roleCode(role, app)}))`;
      }),
  },
};

function repeated(users: readonly string[]): readonly Problem[] {
  const seen = new Set<string>();
  return users.flatMap((user) => {
    if (!seen.has(user)) {
      seen.add(user);
      return [];
    }
    return [{ path: 'spec.members', message: `names ${user} twice; a member has one role` }];
  });
}
