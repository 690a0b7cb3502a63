/** Space: a container for workbooks in an environment, to which guests can be granted access. */
import { type Static, Type } from 'typebox';
import { literals } from './facets.js';
import { closed, nameField, textField } from './fields.js';
import type { Kind } from './kind.js';

const spec = Type.Object(
  {
    environment: nameField('The environment it is in.'),
    description: Type.Optional(textField('The purpose of the space.')),
    workbooks: Type.Optional(
      Type.Array(nameField('A workbook of this space.'), {
        uniqueItems: true,
        maxItems: 500,
        default: [],
        description: 'The workbooks of the space.',
      }),
    ),
  },
  closed,
);

export type SpaceSpec = Static<typeof spec>;

export const Space: Kind<SpaceSpec> = {
  name: 'Space',
  summary: 'A container of workbooks in an environment, which guests can be given access to.',
  schema: spec,
  example: {
    metadata: { name: 'onboarding' },
    spec: { environment: 'production', workbooks: ['contacts', 'orders'] },
  },
  idPrefix: 'us_sp',
  replacedBy: [],
  within: ({ environment }) => environment,
  references: ({ environment }) => [{ kind: 'Environment', name: environment, path: 'spec.environment' }],
  check: () => [],
  constraintViolations: ({ environment, workbooks, path }, { name, spec }) => {
    if (environment !== undefined && environment !== spec.environment) {
      const message = `space ${name} is in ${spec.environment}, not in ${environment}`;
      return [{ kind: 'contradiction', path, message }];
    }
    const known = spec.workbooks ?? [];
    return (workbooks?.names ?? []).flatMap((workbook, index) => {
      if (known.includes(workbook)) return [];
      const message = `space ${name} has no workbook ${workbook}`;
      const where = `${workbooks?.path}.${index}`;
      return [{ kind: 'unknown' as const, path: where, message, name: workbook, known }];
    });
  },
  access: {
    noun: 'spaces',
    of: 'environment',
    target: ({ name, id, spec: { environment } }) => ({
      kind: 'place',
      place: { environment, space: { name, id } },
    }),
  },
  routes: { collection: '/spaces', item: 'space', verbs: [], changeable: [] },
  events: { domain: 'space', topics: 'lifecycle' },
  cdk: {
    props: ({ environment, ...rest }, app) => ({
      environment: app.reference('Environment', environment),
      ...literals(rest, app),
    }),
  },
};
