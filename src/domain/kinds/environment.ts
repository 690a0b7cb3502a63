/** Environment: an isolated world of keys, spaces and guests. */
import { type Static, Type } from 'typebox';
import { closed } from './fields.js';
import type { Kind } from './kind.js';

const spec = Type.Object(
  {
    isProd: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'Production: keys are `live`, use counts towards paid credits.',
      }),
    ),
    guestAuthentication: Type.Optional(
      Type.Array(Type.Union([Type.Literal('magic_link'), Type.Literal('shared_link')]), {
        uniqueItems: true,
        default: ['magic_link'],
        description: 'How guests come in.',
      }),
    ),
    guestInvites: Type.Optional(
      Type.Boolean({
        default: false,
        description:
          'Guests may invite guests. Invited guests end with the guest who invited them at the latest, and cannot invite.',
      }),
    ),
  },
  closed,
);

export type EnvironmentSpec = Static<typeof spec>;

export const Environment: Kind<EnvironmentSpec> = {
  name: 'Environment',
  summary: 'An isolated world of keys, spaces and guests. A key of one environment is refused in another.',
  schema: spec,
  example: {
    metadata: { name: 'production' },
    spec: { isProd: true, guestAuthentication: ['magic_link'], guestInvites: false },
  },
  idPrefix: 'us_env',
  // `live` or `test` is part of every token, so an environment cannot change sides.
  replacedBy: ['isProd'],
  references: () => [],
  check: () => [],
};
