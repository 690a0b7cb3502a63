/** file: a file that holds the secret and nothing else. */
import { type Static, Type } from 'typebox';
import { closed } from '../kinds/fields.js';
import { pathField, plainPath } from './path.js';
import { FILE_ABILITY, type SinkType } from './type.js';

const schema = Type.Object(
  {
    path: pathField('The file, relative to the working folder.'),
    format: Type.Optional(
      Type.Union([Type.Literal('raw'), Type.Literal('json')], {
        default: 'raw',
        description: 'raw: only the secret. json: an object with the secret as `key`.',
      }),
    ),
  },
  { ...closed, description: 'A separate file.' },
);

export const file = {
  name: 'file',
  summary: 'A separate file.',
  schema,
  ability: FILE_ABILITY,
  isWhole: true,
  locate: ({ path, format = 'raw' }) => ({ object: plainPath(path), part: format }),
  say: ({ object, part }) => (part === 'raw' ? object : `${object}#${part}`),
  cdk: ({ path, format }, { literal }) => `${format === 'json' ? 'jsonFile' : 'file'}(${literal(path)})`,
} as const satisfies SinkType<Static<typeof schema>>;
