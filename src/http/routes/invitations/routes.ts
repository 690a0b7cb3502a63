/** Serves the first sign-in of people: an invitation is made, passed on, and accepted; and the change of their password. */
import { Type } from 'typebox';
import { Secret } from '../../../domain/secret.js';
import { formatInstant } from '../../../domain/time.js';
import { AccessTokenBody, accessTokenBody } from '../../access-token.js';
import { byOf, done, Success } from '../../live-objects.js';
import { type AnyRoute, openRoute, respond, route, shownOnce } from '../../route.js';
import { closed, dataOf, Instant, SecretText } from '../../schemas.js';

const byPerson = Type.Object(
  {
    id: Type.String({
      minLength: 1,
      maxLength: 320,
      description: 'The id, name or email address of a user.',
    }),
  },
  closed,
);

const Invitation = Type.Object(
  {
    id: Type.String(),
    email: Type.String(),
    expiresAt: Instant,
    token: Type.Optional(Type.String({ description: 'Shown once: pass it to the invited user.' })),
  },
  closed,
);

const invite = route({
  method: 'POST',
  path: '/users/{id}/invitation',
  id: 'inviteUser',
  tag: 'invitations',
  summary: 'Create or renew the invitation of a user.',
  description:
    'Valid once, for a week, and mailed to the user if the server sends mail. Earlier invitations end. A caller cannot invite a user with more permissions than their own.',
  permission: 'users:write',
  params: byPerson,
  body: Type.Object({}, closed),
  creates: true,
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
  summary: 'Accept an invitation, and set a password.',
  description:
    'The user is active from then on, and the invitation is used up. Without a password here, the user can set one ' +
    'while the access token is valid.',
  body: Type.Object({ token: SecretText, password: Type.Optional(SecretText) }, closed),
  nulls: 'absent',
  answer: AccessTokenBody,
  handle: async ({ body, context }, { authority }) => {
    const password = body.password === undefined ? undefined : new Secret(body.password);
    return respond(await authority.acceptInvitation(new Secret(body.token), password, context), (granted) =>
      accessTokenBody(granted),
    );
  },
});

const setPassword = route({
  method: 'PATCH',
  path: '/users/{id}/password',
  id: 'setPassword',
  tag: 'invitations',
  summary: 'Set a password: your own with the current one, or any user’s as an owner.',
  description: 'Sessions that were started with the old password end.',
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
    return done(await authority.setPassword(change, byOf(call)));
  },
});

export const invitationRoutes: readonly AnyRoute[] = [invite, accept, setPassword];
