/**
 * Sinks as documents name them, and the one line that identifies a sink: `dotenv:secrets/a.env#API_KEY`.
 * The id holds all that reading needs, so that a sink can be read back long after its document is gone.
 */
import { posix } from 'node:path';
import { type Static, Type } from 'typebox';
import { closed } from './fields.js';

const path = (description: string) =>
  Type.String({
    pattern: '^[^\\p{Cc}\\p{Cf}\\\\#]+$',
    minLength: 1,
    maxLength: 1024,
    description,
    'x-expects': 'a path without control characters, backslash or #',
  });

const fields = {
  dotenv: Type.Optional(
    Type.Object(
      {
        path: path('The file, relative to the working folder.'),
        variable: Type.String({
          pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
          maxLength: 128,
          description: 'The name of the variable.',
          'x-expects': 'a variable name such as BILLING_API_KEY',
        }),
      },
      { ...closed, description: 'One variable in a dotenv file; other lines are not changed.' },
    ),
  ),
  file: Type.Optional(
    Type.Object(
      {
        path: path('The file, relative to the working folder.'),
        format: Type.Optional(
          Type.Union([Type.Literal('raw'), Type.Literal('json')], {
            default: 'raw',
            description: 'raw: only the secret. json: an object with the secret as `key`.',
          }),
        ),
      },
      { ...closed, description: 'A separate file.' },
    ),
  ),
};

export const sinkField = Type.Object(fields, {
  ...closed,
  minProperties: 1,
  maxProperties: 1,
  'x-expects': `exactly one of ${Object.keys(fields).join(', ')}`,
});

export type SinkDeclaration = Static<typeof sinkField>;

/** `type:path[#part]`; stable, printable, not secret. */
export type SinkId = string;

/** A sink id taken apart. `part` is the dotenv variable or the file's format. */
export interface SinkPlace {
  readonly type: 'dotenv' | 'file';
  readonly path: string;
  readonly part: string;
}

export function sinkPlace({ dotenv, file }: SinkDeclaration): SinkPlace {
  if (dotenv) return { type: 'dotenv', path: dotenv.path, part: dotenv.variable };
  if (file) return { type: 'file', path: file.path, part: file.format ?? 'raw' };
  throw new Error('a sink without a type passed the schema');
}

export const sinkIdOf = (sink: SinkDeclaration): SinkId => {
  const { type, path, part } = sinkPlace(sink);
  // `./a//b` and `a/b` are one file.
  return `${type}:${posix.normalize(path)}#${part}`;
};

/** Returns the parts of a sink's id; undefined for any other text. */
export function parseSinkId(id: SinkId): SinkPlace | undefined {
  const groups = /^(?<type>dotenv|file):(?<path>[^#]+)#(?<part>[^#]+)$/.exec(id)?.groups;
  if (!groups) return undefined;
  return {
    type: groups['type'] === 'file' ? 'file' : 'dotenv',
    path: groups['path'] ?? '',
    part: groups['part'] ?? '',
  };
}
