/** Space: a room in an environment, with workbooks, that guests can be let into. */
import { type Static, Type } from 'typebox';
import { closed, nameField, textField } from './fields.js';
import type { Kind } from './kind.js';

const spec = Type.Object(
  {
    environment: nameField('The environment it is in.'),
    description: Type.Optional(textField('What it is for.')),
    workbooks: Type.Optional(
      Type.Array(nameField('A workbook of this space.'), {
        uniqueItems: true,
        maxItems: 500,
        default: [],
        description: 'The workbooks that live in it.',
      }),
    ),
  },
  closed,
);

export type SpaceSpec = Static<typeof spec>;

export const Space: Kind<SpaceSpec> = {
  name: 'Space',
  summary: 'A room in an environment, with workbooks, that guests can be let into.',
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
