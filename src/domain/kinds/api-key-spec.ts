/** The shape of an ApiKey's `spec`. */
import { type Static, Type } from 'typebox';
import { sinkField } from '../sinks/index.js';
import { closed, durationField, instantField, nameField, permissionsField, userField } from './fields.js';
import { rotationFields } from './rotation.js';

export const apiKeySpec = Type.Object(
  {
    environment: nameField('The environment it works in.'),
    type: Type.Optional(
      Type.Union([Type.Literal('secret'), Type.Literal('publishable')], {
        default: 'secret',
        description: 'secret: for servers. publishable: public, for browsers.',
      }),
    ),
    owner: Type.Object(
      {
        service: Type.Optional(nameField('A Service.')),
        team: Type.Optional(nameField('A Team.')),
        role: Type.Optional(nameField('With team: the role of the key in that team. Absent: viewer.')),
        user: Type.Optional(userField('A User by name or email. The key ends with that user.')),
        tenant: Type.Optional(Type.Literal(true, { description: 'The account itself.' })),
      },
      { ...closed, description: 'The owner of the key: exactly one of service, team, tenant or user.' },
    ),
    permissions: Type.Optional(
      permissionsField('The permissions of the key. Absent: the current permissions of its owner.'),
    ),
    expiresAfter: Type.Optional(durationField('Each version expires this long after it was issued.')),
    expiresAt: Type.Optional(instantField('Every version expires at this instant.')),
    rotation: Type.Optional(
      Type.Object(rotationFields(true), {
        ...closed,
        description: 'How the key is rotated. Absent: only manually.',
      }),
    ),
    deliver: Type.Optional(
      Type.Array(sinkField, {
        maxItems: 20,
        description:
          'The sinks that its secret is written to. Absent: the secret is kept sealed until `keywright claim`.',
      }),
    ),
  },
  closed,
);

export type ApiKeySpec = Static<typeof apiKeySpec>;
export type RotationSpec = NonNullable<ApiKeySpec['rotation']>;
