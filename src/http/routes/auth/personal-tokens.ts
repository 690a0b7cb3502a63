/** Personal access tokens (F8): everybody's own, and nobody else's. */
import { Type } from 'typebox';
import { formatInstant } from '../../../domain/time.js';
import type { PersonalToken, Shown } from '../../../ports/identity.js';
import { byOf, SUCCESS, Success } from '../../live-objects.js';
import { type Answered, type AnyRoute, json, route, shownOnce } from '../../route.js';
import { closed, dataOf, Instant, nullable } from '../../schemas.js';

const Token = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    prefix: Type.String({ description: 'Of the token, up to and with its id.' }),
    createdAt: Instant,
    lastUsedAt: nullable(Type.String({ format: 'date-time', description: 'null: never used.' })),
  },
  closed,
);

const Made = dataOf(
  Type.Object(
    {
      token: Type.Optional(Type.String({ description: 'Shown once: it is kept nowhere.' })),
      personalAccessToken: Token,
    },
    closed,
  ),
);

const byTokenId = Type.Object(
  { id: Type.String({ pattern: '^us_pat_[0-9A-Za-z]{1,32}$', maxLength: 64 }) },
  closed,
);

const list = route({
  method: 'GET',
  path: '/auth/personal-access-tokens',
  id: 'listPersonalAccessTokens',
  tag: 'personal access tokens',
  summary: 'Your own, oldest first.',
  answer: dataOf(Type.Array(Token)),
  handle: async (call, { authority }) => {
    const own = await authority.personalTokens(byOf(call));
    return own.ok ? json({ data: own.value.map(shown) }) : own;
  },
});

const create = route({
  method: 'POST',
  path: '/auth/personal-access-tokens',
  id: 'createPersonalAccessToken',
  tag: 'personal access tokens',
  summary: 'Make one for yourself.',
  description: 'It acts with your rights as they are whenever it is used, in every environment.',
  body: Type.Object({ name: Type.String({ maxLength: 1_000, description: 'What it is for.' }) }, closed),
  makes: true,
  answer: Made,
  faults: ['conflict'],
  handle: async (call, { authority }) => {
    const made = await authority.createPersonalToken(call.body.name, byOf(call));
    return made.ok ? madeOnce(made.value) : made;
  },
});

const remove = route({
  method: 'DELETE',
  path: '/auth/personal-access-tokens/{id}',
  id: 'deletePersonalAccessToken',
  tag: 'personal access tokens',
  summary: 'End one of yours, at once and for good.',
  params: byTokenId,
  answer: Success,
  faults: ['not_found'],
  handle: async (call, { authority }) => {
    const ended = await authority.deletePersonalToken(call.params.id, byOf(call));
    return ended.ok ? json(SUCCESS) : ended;
  },
});

const rotate = route({
  method: 'POST',
  path: '/personal-access-tokens/{id}/rotate',
  id: 'rotatePersonalAccessToken',
  tag: 'personal access tokens',
  summary: 'Replace one of yours by another of the same name.',
  description:
    'The old one ends at once, with the sessions that it started; the new one has an id of its own.',
  params: byTokenId,
  body: Type.Object({}, closed),
  makes: true,
  answer: Made,
  faults: ['not_found'],
  handle: async (call, { authority }) => {
    const made = await authority.rotatePersonalToken(call.params.id, byOf(call));
    return made.ok ? madeOnce(made.value) : made;
  },
});

const madeOnce = ({ shown: made, token }: Shown<PersonalToken>): Answered => {
  const personalAccessToken = shown(made);
  return shownOnce(
    { data: { token: token.reveal(), personalAccessToken } },
    { data: { personalAccessToken } },
  );
};

const shown = ({ createdAt, lastUsedAt, ...rest }: PersonalToken): object => ({
  ...rest,
  createdAt: formatInstant(createdAt),
  lastUsedAt: lastUsedAt === undefined ? null : formatInstant(lastUsedAt),
});

export const personalTokenRoutes: readonly AnyRoute[] = [list, create, remove, rotate];
