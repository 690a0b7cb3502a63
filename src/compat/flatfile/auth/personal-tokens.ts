/** Personal access tokens (F8): each person's own only. */

import { Type } from 'typebox';
import { instantField } from '../../../domain/kinds/fields.js';
import { byOf, done, Success } from '../../../http/live-objects.js';
import { type Route, respond, route } from '../../../http/route.js';
import { byTokenId, Made, madeOnce, shown, Token } from '../../../http/routes/personal-tokens/item.js';
import { closed, dataOf } from '../../../http/schemas.js';

const list = route({
  method: 'GET',
  path: '/auth/personal-access-tokens',
  id: 'listPersonalAccessTokens',
  tag: 'personal access tokens',
  summary: 'Your own, oldest first.',
  answer: dataOf(Type.Array(Token)),
  handle: async (call, { authority }) => {
    return respond(await authority.personalTokens(byOf(call)), (own) => ({ data: own.map(shown) }));
  },
});

const create = route({
  method: 'POST',
  path: '/auth/personal-access-tokens',
  id: 'createPersonalAccessToken',
  tag: 'personal access tokens',
  summary: 'Create one for yourself.',
  description: 'It acts with your permissions at the time of each use, in every environment.',
  body: Type.Object(
    {
      name: Type.String({ maxLength: 1_000, description: 'What it is for.' }),
      expiresAt: Type.Optional(instantField('When it expires. Absent: never.')),
    },
    closed,
  ),
  nulls: 'absent',
  creates: true,
  answer: Made,
  faults: ['conflict'],
  handle: async (call, { authority }) => {
    const { name, expiresAt } = call.body;
    const until = expiresAt === undefined ? undefined : Date.parse(expiresAt);
    const made = await authority.createPersonalToken(name, byOf(call), until);
    return made.ok ? madeOnce(made.value) : made;
  },
});

const remove = route({
  method: 'DELETE',
  path: '/auth/personal-access-tokens/{id}',
  id: 'deletePersonalAccessToken',
  tag: 'personal access tokens',
  summary: 'Revoke one of your tokens immediately and permanently.',
  params: byTokenId,
  answer: Success,
  faults: ['not_found'],
  handle: async (call, { authority }) => {
    return done(await authority.deletePersonalToken(call.params.id, byOf(call)));
  },
});

export const personalTokenRoutes: readonly Route[] = [list, create, remove];
