/** Space: a room in an environment, with workbooks, that guests can be let into. */
import { type Static, Type } from 'typebox';
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
};
