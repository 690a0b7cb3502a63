/** dotenv: one variable in a file of variables. */
import { type Static, Type } from 'typebox';
import { closed } from '../kinds/fields.js';
import { pathField, plainPath } from './path.js';
import { FILE_ABILITY, type SinkType } from './type.js';

const schema = Type.Object(
  {
    path: pathField('The file, relative to the working folder.'),
    variable: Type.String({
      pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
      maxLength: 128,
      description: 'The name of the variable.',
      'x-expects': 'a variable name such as BILLING_API_KEY',
    }),
  },
  { ...closed, description: 'One variable in a dotenv file; other lines are not changed.' },
);

export const dotenv = {
  name: 'dotenv',
  summary: 'One variable in a dotenv file; other lines are not changed.',
  schema,
  ability: FILE_ABILITY,
  locate: ({ path, variable }) => ({ object: plainPath(path), part: variable }),
  cdk: ({ path, variable }, { literal }) => `dotenv(${literal(path)}, ${literal(variable)})`,
} as const satisfies SinkType<Static<typeof schema>>;
