/**
 * The keys that access tokens are signed with (RFC 7517). By them others can tell that we made a token, not that it is
 * still good: for that, ask.
 */
import { Type } from 'typebox';
import { byOf, SUCCESS, Success } from '../../live-objects.js';
import { type AnyRoute, json, openRoute, route } from '../../route.js';
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
    const keys = await authority.keySet();
    return keys.ok ? json(keys.value) : keys;
  },
});

const rotate = route({
  method: 'POST',
  path: '/signing-keys/rotate',
  id: 'rotateSigningKey',
  tag: 'signing in',
  summary: 'Sign access tokens with a new key from now on.',
  description:
    'The old one is published until its last token has ended, and signs nothing more. By itself it happens every 90 days. For owners.',
  body: Type.Object(
    {
      immediately: Type.Optional(
        Type.Boolean({
          description: 'In an emergency: access tokens that were signed before are refused from now on.',
        }),
      ),
    },
    closed,
  ),
  once: true,
  answer: Success,
  handle: async (call, { authority }) => {
    const rotated = await authority.rotateSigningKey(byOf(call), {
      immediately: call.body.immediately === true,
    });
    return rotated.ok ? json(SUCCESS) : rotated;
  },
});

export const signingKeyRoutes: readonly AnyRoute[] = [keySet, rotate];
