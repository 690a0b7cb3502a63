/** POST /invitations/exchange: a guest's link becomes an access token, or a link is asked for. */
import { Type } from 'typebox';
import { fault } from '../../../domain/errors.js';
import { fail } from '../../../domain/result.js';
import { Secret } from '../../../domain/secret.js';
import { json, openRoute } from '../../../http/route.js';
import { closed, dataOf, SecretText } from '../../../http/schemas.js';

const NOTHING_SENT = fail(
  fault('bad_request', 'send body.token, or body.email and body.spaceId to be mailed a link'),
);
const NOT_VALID = json({ data: { valid: false } });

/** The answer says valid or not valid, and never why. */
export const exchangeRoute = openRoute({
  method: 'POST',
  path: '/invitations/exchange',
  id: 'exchangeToken',
  tag: 'invitations',
  summary: 'Exchange the token of a guest’s link for an access token, or request a link.',
  description:
    'A shared link also needs the guest’s email address. An address and a space without a token request a magic link: it is ' +
    'mailed if they are a guest there and the server sends mail. The response does not tell whether the address is a ' +
    'guest.',
  body: Type.Object(
    {
      token: Type.Optional(SecretText),
      email: Type.Optional(Type.String({ minLength: 1, maxLength: 320 })),
      spaceId: Type.Optional(Type.String({ maxLength: 100 })),
    },
    closed,
  ),
  nulls: 'absent',
  answer: dataOf(
    Type.Object(
      {
        valid: Type.Boolean(),
        token: Type.Optional(Type.String()),
        sentTo: Type.Optional(Type.String({ description: 'The address that a link was requested for.' })),
      },
      closed,
    ),
  ),
  handle: async ({ body, context }, { authority }) => {
    const { token: text, email, spaceId } = body;
    if (text === undefined) {
      if (email === undefined || spaceId === undefined) return NOTHING_SENT;
      const asked = await authority.askForLink({ email, spaceId }, context);
      if (!asked.ok) return asked;
      return asked.value ? json({ data: { valid: false, sentTo: email } }) : NOT_VALID;
    }
    const token = new Secret(text);
    const granted = await authority.exchange(
      email === undefined ? { kind: 'magicLink', token } : { kind: 'sharedLink', token, email },
      context,
    );
    if (granted.ok) return json({ data: { valid: true, token: granted.value.token.reveal() } });
    return granted.error.code === 'unauthenticated' ? NOT_VALID : granted;
  },
});
