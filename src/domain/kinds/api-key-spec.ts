/** The shape of an ApiKey's `spec`. */
import { type Static, Type } from 'typebox';
import { closed, durationField, instantField, nameField, permissionsField, userField } from './fields.js';
import { rotationFields } from './rotation.js';
import { sinkField } from './sink.js';

export const apiKeySpec = Type.Object(
  {
    environment: nameField('The environment it works in.'),
    type: Type.Optional(
      Type.Union([Type.Literal('secret'), Type.Literal('publishable')], {
        default: 'secret',
        description: 'secret: for servers; publishable: may be public.',
      }),
    ),
    owner: Type.Object(
      {
        service: Type.Optional(nameField('A Service.')),
        team: Type.Optional(nameField('A Team.')),
        role: Type.Optional(
          nameField('With team: the role in that team that the key acts with. Absent: viewer.'),
        ),
        user: Type.Optional(userField('A User by name or email. The key ends when that user is deleted.')),
        tenant: Type.Optional(Type.Literal(true, { description: 'The account itself.' })),
      },
      { ...closed, description: 'Whose key it is: exactly one of service, team, tenant or user.' },
    ),
    permissions: Type.Optional(
      permissionsField('What it may do. Absent: what its owner may do, as that is at the time.'),
    ),
    expiresAfter: Type.Optional(durationField('Each version expires this long after it was issued.')),
    expiresAt: Type.Optional(instantField('Every version expires at this instant.')),
    rotation: Type.Optional(
      Type.Object(rotationFields(true), {
        ...closed,
        description: 'How it is replaced. Absent: only manually.',
      }),
    ),
    deliver: Type.Optional(
      Type.Array(sinkField, {
        maxItems: 20,
        description:
          'The sinks that its secret is written to. Absent: it waits, sealed, until `keywright claim`.',
      }),
    ),
  },
  closed,
);

export type ApiKeySpec = Static<typeof apiKeySpec>;
export type RotationSpec = NonNullable<ApiKeySpec['rotation']>;
