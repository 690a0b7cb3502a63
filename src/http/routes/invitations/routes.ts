/** How people come in for the first time: an invitation is made, passed on, and accepted; and how they change their password. */
import { Type } from 'typebox';
import { fault } from '../../../domain/errors.js';
import { fail } from '../../../domain/result.js';
import { Secret } from '../../../domain/secret.js';
import { formatInstant } from '../../../domain/time.js';
import { byOf, SUCCESS, Success } from '../../live-objects.js';
import { type AnyRoute, json, openRoute, route, shownOnce } from '../../route.js';
import { closed, dataOf, Instant, SecretText } from '../../schemas.js';
import { AccessTokenBody, accessTokenBody } from '../auth/access-token.js';

const byPerson = Type.Object(
  {
    id: Type.String({ minLength: 1, maxLength: 320, description: 'The id, name or address of a person.' }),
  },
  closed,
);

const Invitation = Type.Object(
  {
    id: Type.String(),
    email: Type.String(),
    expiresAt: Instant,
    token: Type.Optional(Type.String({ description: 'Shown once: pass it on to whom it is for.' })),
  },
  closed,
);

const invite = route({
  method: 'POST',
  path: '/users/{id}/invitation',
  id: 'inviteUser',
  tag: 'invitations',
  summary: 'Make the invitation of somebody, or renew it.',
  description:
    'Good for one password, for a week, and mailed to them where the server sends letters. Earlier ones end. Nobody invites somebody who may do more than they.',
  permission: 'users:write',
  params: byPerson,
  body: Type.Object({}, closed),
  makes: true,
  answer: dataOf(Invitation),
  faults: ['not_found'],
  handle: async (call, { authority }) => {
    const made = await authority.invite(call.params.id, byOf(call));
    if (!made.ok) return made;
    const { shown, token } = made.value;
    const data = { ...shown, expiresAt: formatInstant(shown.expiresAt) };
    return shownOnce({ data: { ...data, token: token.reveal() } }, { data });
  },
});

const accept = openRoute({
  method: 'POST',
  path: '/invitations/accept',
  id: 'acceptInvitation',
  tag: 'invitations',
  summary: 'Come in by an invitation, and set a password.',
  description:
    'Whoever it is for is active from then on. It is used up by this; without a password, whoever comes in can set one ' +
    'as long as the access token lives.',
  body: Type.Object({ token: SecretText, password: Type.Optional(SecretText) }, closed),
  nulls: 'absent',
  answer: AccessTokenBody,
  handle: async ({ body, context }, { authority }) => {
    const password = body.password === undefined ? undefined : new Secret(body.password);
    const granted = await authority.acceptInvitation(new Secret(body.token), password, context);
    return granted.ok ? json(accessTokenBody(granted.value)) : granted;
  },
});

const setPassword = route({
  method: 'PATCH',
  path: '/users/{id}/password',
  id: 'setPassword',
  tag: 'invitations',
  summary: 'Set a password: your own with the present one, or anybody’s as an owner.',
  description: 'The sessions that the old one started end.',
  params: byPerson,
  body: Type.Object({ password: SecretText, current: Type.Optional(SecretText) }, closed),
  nulls: 'absent',
  answer: Success,
  faults: ['not_found'],
  handle: async (call, { authority }) => {
    const { password, current } = call.body;
    const change = {
      ...{ person: call.params.id, next: new Secret(password) },
      ...(current !== undefined && { current: new Secret(current) }),
    };
    const set = await authority.setPassword(change, byOf(call));
    return set.ok ? json(SUCCESS) : set;
  },
});

const NOTHING_SENT = fail(
  fault('bad_request', 'send the token of a link; or an email and a spaceId, to be mailed one'),
);
const NOT_VALID = json({ data: { valid: false } });

/** Flatfile's: a guest's link becomes an access token. Nothing is told apart but good and not good. */
const exchange = openRoute({
  method: 'POST',
  path: '/invitations/exchange',
  id: 'exchangeToken',
  tag: 'invitations',
  summary: 'Exchange the token of a guest’s link for an access token, or ask for a link.',
  description:
    'Of a shared link with the address of whoever comes in. An address and a space without a token ask for a magic link: if ' +
    'that is a guest there, and the server sends letters, they are mailed one. The answer says where to look for it, and ' +
    'nothing of who is a guest.',
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
        sentTo: Type.Optional(Type.String({ description: 'The address that a link was asked for.' })),
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

export const invitationRoutes: readonly AnyRoute[] = [invite, accept, exchange, setPassword];
