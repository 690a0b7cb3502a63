/** Environment: an isolated world of keys, spaces and guests. */
import { type Static, Type } from 'typebox';
import { literals } from './facets.js';
import { closed } from './fields.js';
import type { Kind } from './kind.js';

const spec = Type.Object(
  {
    isProd: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'Production: keys are `live`, and use counts towards paid credits.',
      }),
    ),
    guestAuthentication: Type.Optional(
      Type.Array(Type.Union([Type.Literal('magic_link'), Type.Literal('shared_link')]), {
        maxItems: 2,
        uniqueItems: true,
        default: ['magic_link'],
        description: 'How guests sign in.',
      }),
    ),
    guestInvites: Type.Optional(
      Type.Boolean({
        default: false,
        description:
          'Whether guests can invite guests. Access of an invited guest ends with that of its inviter at the latest, and it cannot invite.',
      }),
    ),
  },
  closed,
);

export type EnvironmentSpec = Static<typeof spec>;

export const Environment: Kind<EnvironmentSpec> = {
  name: 'Environment',
  summary: 'An isolated set of keys, spaces and guests. A key of one environment is refused in another.',
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
  access: {
    noun: 'environments',
    of: 'account',
    target: ({ name }) => ({ kind: 'environment', environment: name }),
  },
  routes: { collection: '/environments', item: 'environment', verbs: [], changeable: [] },
  events: { domain: 'environment', topics: 'lifecycle' },
  cdk: {
    props: ({ isProd, ...rest }, app) => ({
      ...literals({ production: isProd }, app),
      ...literals(rest, app),
    }),
  },
};
