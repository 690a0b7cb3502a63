/**
 * The keys that access tokens are signed with (RFC 7517). By them others can tell that we made a token, not that it is
 * still good: for that, ask.
 */
import { Type } from 'typebox';
import { byOf, done, Success } from '../../live-objects.js';
import { type AnyRoute, openRoute, respond, route } from '../../route.js';
import { closed } from '../../schemas.js';

const KeySetBody = Type.Object(
  {
    keys: Type.Array(
      Type.Object(
        {
          kty: Type.Literal('OKP'),
          crv: Type.Literal('Ed25519'),
          x: Type.String(),
          kid: Type.String(),
          use: Type.Literal('sig'),
          alg: Type.Literal('EdDSA'),
        },
        closed,
      ),
    ),
  },
  closed,
);

/** Below the prefixes, and at the root of the server. */
export const KEY_SET_PATH = '/.well-known/jwks.json';

const keySet = openRoute({
  method: 'GET',
  path: KEY_SET_PATH,
  id: 'getKeySet',
  tag: 'signing in',
  summary: 'The public keys that access tokens are signed with.',
  description:
    'Also at the root of the server. A signature does not show that a token was not revoked; POST /introspect does.',
  answer: KeySetBody,
  handle: async (_, { authority }) => {
    return respond(await authority.keySet(), (keys) => keys);
  },
});

const rotate = route({
  method: 'POST',
  path: '/signing-keys/rotate',
  id: 'rotateSigningKey',
  tag: 'signing in',
  summary: 'Rotate the key that access tokens are signed with.',
  description:
    'The old key is published until its last token has expired, and signs no more tokens. It rotates automatically every 90 days. For owners.',
  body: Type.Object(
    {
      immediately: Type.Optional(
        Type.Boolean({
          description: 'In an emergency: access tokens signed before are refused from now on.',
        }),
      ),
    },
    closed,
  ),
  idempotent: true,
  answer: Success,
  handle: async (call, { authority }) => {
    const immediately = call.body.immediately === true;
    return done(await authority.rotateSigningKey(byOf(call), { immediately }));
  },
});

export const signingKeyRoutes: readonly AnyRoute[] = [keySet, rotate];
