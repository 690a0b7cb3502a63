/** Guest: an external person with access to spaces of one environment, for a limited time. */
import { type Static, Type } from 'typebox';
import { literals } from './facets.js';
import { closed, durationField, identityEmailField, nameField, nameOrIdField, textField } from './fields.js';
import type { Kind, Problem, Reference } from './kind.js';

const grant = Type.Object(
  {
    space: nameOrIdField('A Space of the environment.', 'us_sp'),
    workbooks: Type.Optional(
      Type.Array(nameOrIdField('A workbook of that space.', 'us_wb'), {
        uniqueItems: true,
        minItems: 1,
        maxItems: 500,
        description: 'Only these workbooks. Absent: the whole space.',
      }),
    ),
  },
  closed,
);

const spec = Type.Object(
  {
    environment: nameField('The environment that the guest belongs to.'),
    email: identityEmailField(
      'The email address of the guest, unique in the environment and case-insensitive.',
    ),
    name: Type.Optional(textField('The display name of the guest.', 200)),
    expiresAfter: Type.Optional(
      durationField(
        'How long access lasts from the first grant; it cannot be renewed. Absent: access does not expire.',
      ),
    ),
    grants: Type.Optional(
      Type.Array(grant, {
        uniqueItems: true,
        maxItems: 200,
        default: [],
        description: 'What the guest has access to, each space once.',
      }),
    ),
  },
  closed,
);

export type GuestSpec = Static<typeof spec>;

export const Guest: Kind<GuestSpec> = {
  name: 'Guest',
  summary: 'An external person with access to spaces or workbooks of one environment.',
  schema: spec,
  example: {
    metadata: { name: 'external-auditor' },
    spec: {
      environment: 'production',
      email: 'guest@example.com',
      expiresAfter: '14d',
      grants: [{ space: 'onboarding', workbooks: ['contacts'] }],
    },
  },
  idPrefix: 'us_g',
  // Another address is another person, who has none of this one's access.
  replacedBy: ['email'],
  within: ({ environment }) => environment,
  alias: ({ environment, email }) => `${environment}/${email}`,
  references,
  check: ({ grants = [] }) => repeated(grants.map(({ space }) => space)),
  access: {
    noun: 'guests',
    of: 'environment',
    target: ({ id, spec: { environment } }) => ({ kind: 'guest', environment, id }),
  },
  routes: { collection: '/guests', item: 'guest', verbs: [], changeable: [] },
  events: { domain: 'space', topics: 'grants' },
  cdk: {
    props: ({ environment, name, expiresAfter, grants: _, ...rest }, app) => ({
      environment: app.reference('Environment', environment),
      ...literals(rest, app),
      ...literals({ displayName: name }, app),
      expiresAfter: app.duration(expiresAfter),
    }),
    calls: ({ environment, grants = [] }, app) =>
      grants.map(({ space, workbooks }) => {
        const granted = app.reference('Space', space, environment);
        return `grantSpace(${granted}${workbooks === undefined ? '' : `, ${app.literal(workbooks)}`})`;
      }),
  },
};

function references({ environment, grants = [] }: GuestSpec): readonly Reference[] {
  return [
    { kind: 'Environment', name: environment, path: 'spec.environment' },
    ...grants.map(({ space, workbooks }, index) => ({
      kind: 'Space',
      name: space.startsWith('us_sp_') ? space : `${environment}/${space}`,
      path: `spec.grants.${index}.space`,
      environment,
      ...(workbooks && { workbooks: { path: `spec.grants.${index}.workbooks`, names: workbooks } }),
    })),
  ];
}

function repeated(spaces: readonly string[]): readonly Problem[] {
  return spaces.flatMap((space, index) =>
    spaces.indexOf(space) === index
      ? []
      : [{ path: 'spec.grants', message: `grants ${space} twice; list its workbooks in one grant` }],
  );
}
