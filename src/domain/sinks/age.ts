/** age: a file that is encrypted to recipients, and that Keywright itself cannot read again. */
import { type Static, Type } from 'typebox';
import { closed } from '../kinds/fields.js';
import { AGE_RECIPIENT, isAgeRecipient } from './age-recipient.js';
import { type FieldMap, fieldsField, partOf, WHOLE } from './bundle.js';
import { pathField, plainPath } from './path.js';
import { FILE_ABILITY, type SinkType } from './type.js';

const schema = Type.Object(
  {
    path: pathField('The file, relative to the working folder.'),
    recipients: Type.Array(
      Type.String({
        pattern: AGE_RECIPIENT,
        maxLength: 62,
        'x-expects': 'a recipient such as age1ql3z7hjy…',
      }),
      {
        ...{ minItems: 1, maxItems: 16, uniqueItems: true, 'x-set': true },
        description: 'Who can decrypt it: X25519 recipients (age1…), as age-keygen prints them.',
      },
    ),
    fields: Type.Optional(
      fieldsField({ pattern: '^[A-Za-z_][A-Za-z0-9_]{0,127}$', example: 'BILLING_API_KEY' }),
    ),
    armor: Type.Optional(Type.Boolean({ default: false, description: 'Write text (PEM) instead of bytes.' })),
  },
  { ...closed, description: 'A file of its own, encrypted to age recipients.' },
);

export type AgeSink = Static<typeof schema>;

/** An object of this type, taken apart. */
export interface AgeTarget {
  readonly path: string;
  readonly recipients: readonly string[];
  readonly isArmored: boolean;
}

export const age = {
  name: 'age',
  summary: 'A file of its own, encrypted to age recipients.',
  schema,
  ability: { ...FILE_ABILITY, read: 'revision' },
  isWhole: true,
  // The recipients belong to the sink: for others the next version is sealed anew.
  locate: ({ path, recipients, fields, armor = false }) => ({
    object: `${plainPath(path)}?to=${[...recipients].sort().join(',')}${armor ? '&armor' : ''}`,
    part: fields === undefined ? WHOLE : partOf(fields as FieldMap),
  }),
  path: (object) => parseAgeObject(object).path,
  say: ({ object }) => parseAgeObject(object).path,
  check: ({ recipients }) =>
    recipients.flatMap((recipient, nth) =>
      isAgeRecipient(recipient)
        ? []
        : [
            {
              path: `recipients.${nth}`,
              message: `${recipient} is mistyped: its checksum is wrong. Copy it again from its owner`,
            },
          ],
    ),
  cdk: ({ path, recipients, fields, armor }, { literal }) =>
    `age(${literal(path)}, ${literal({ recipients, ...(fields && { fields }), ...(armor && { armor }) })})`,
} as const satisfies SinkType<AgeSink>;

export function parseAgeObject(object: string): AgeTarget {
  const at = object.lastIndexOf('?to=');
  const [recipients = '', armor] = object.slice(at + '?to='.length).split('&');
  return { path: object.slice(0, at), recipients: recipients.split(','), isArmored: armor === 'armor' };
}
