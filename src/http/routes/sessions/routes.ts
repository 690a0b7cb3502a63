/** Lists and ends what a person is signed in by: sessions and personal access tokens, one's own or those of others. */
import { type Static, Type } from 'typebox';
import { fault } from '../../../domain/errors.js';
import type { OBJECT_KINDS } from '../../../domain/kinds/index.js';
import { type ObjectRef, refText } from '../../../domain/objects.js';
import { fail, ok, type Result } from '../../../domain/result.js';
import { formatInstant } from '../../../domain/time.js';
import type { SignIn } from '../../../ports/sign-ins.js';
import type { HttpDependencies } from '../../dependencies.js';
import { json, type Route, route } from '../../route.js';
import { closed, dataOf, Instant, nullable, oneById } from '../../schemas.js';
import { callerOf } from '../store/effects.js';

const Session = Type.Object(
  {
    id: Type.String(),
    kind: Type.Enum(['session', 'personal-access-token']),
    holder: Type.String({ description: 'Whose it is: `User/ada`.' }),
    name: nullable(Type.String({ description: 'Of a personal access token.' })),
    by: nullable(
      Type.String({ description: 'What a session was started with: password, personal, key, magic_link, …' }),
    ),
    createdAt: Instant,
    lastUsedAt: nullable(Type.String({ format: 'date-time', description: 'null: never used.' })),
    expiresAt: nullable(
      Type.String({ format: 'date-time', description: 'null: it does not end by itself.' }),
    ),
    isCurrent: Type.Boolean({ description: 'The request was made with it.' }),
  },
  closed,
);

const text = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 320, description }));

const holder = Type.Object(
  {
    user: text('Of this user, by id, name or address. Needs `users:write`.'),
    guest: text('Of this guest, by id or `ENVIRONMENT/NAME`. Needs `guests:write`.'),
    key: text('Of this key, by id or name: what it was exchanged for. Needs `keys:revoke`.'),
  },
  { ...closed, description: 'None: your own.' },
);

const KIND_OF = { user: 'User', guest: 'Guest', key: 'ApiKey' } as const satisfies Record<
  string,
  (typeof OBJECT_KINDS)[number]
>;

function holderOf(query: Static<typeof holder>): Result<ObjectRef | undefined> {
  const named = Object.entries(query).flatMap(([field, name]) =>
    name === undefined ? [] : [{ kind: KIND_OF[field as keyof typeof KIND_OF], name }],
  );
  return named.length > 1 ? fail(fault('bad_request', 'name one of user, guest and key')) : ok(named[0]);
}

const list = route({
  method: 'GET',
  path: '/sessions',
  id: 'listSessions',
  tag: 'sessions',
  summary: 'Sessions and personal access tokens that are good, oldest first.',
  description: 'A session ends after 30 days, or when it was not used for 7.',
  query: holder,
  answer: dataOf(Type.Array(Session)),
  faults: ['not_found'],
  handle: async ({ principal, query }, { store }) => {
    const of = holderOf(query);
    if (!of.ok) return of;
    const found = await store.signIns(of.value, callerOf(principal, 'GET /sessions'));
    return found.ok ? json({ data: found.value.map(shown) }) : found;
  },
});

const shown = (one: SignIn): Static<typeof Session> => ({
  id: one.id,
  kind: one.kind,
  holder: refText(one.of),
  name: one.name ?? null,
  by: one.by ?? null,
  createdAt: formatInstant(one.createdAt),
  lastUsedAt: one.lastUsedAt === undefined ? null : formatInstant(one.lastUsedAt),
  expiresAt: one.expiresAt === undefined ? null : formatInstant(one.expiresAt),
  isCurrent: one.isCurrent,
});

const Ended = dataOf(Type.Object({ ended: Type.Integer({ description: 'How many.' }) }, closed));

const endAll = route({
  method: 'DELETE',
  path: '/sessions',
  id: 'endSessions',
  tag: 'sessions',
  summary: 'End all of them except the one of this request, immediately and permanently.',
  query: holder,
  answer: Ended,
  faults: ['not_found'],
  handle: async ({ principal, query }, world) => {
    const of = holderOf(query);
    if (!of.ok) return of;
    return end(world, { of: of.value }, callerOf(principal, 'DELETE /sessions'));
  },
});

const endOne = route({
  method: 'DELETE',
  path: '/sessions/{id}',
  id: 'endSession',
  tag: 'sessions',
  summary: 'End one of them, immediately and permanently.',
  params: oneById('us_(?:ses|pat)'),
  answer: Ended,
  faults: ['not_found'],
  handle: ({ principal, params }, world) =>
    end(world, { id: params.id }, callerOf(principal, 'DELETE /sessions/{id}')),
});

async function end(
  { store }: HttpDependencies,
  ...asked: Parameters<HttpDependencies['store']['endSignIns']>
) {
  const ended = await store.endSignIns(...asked);
  return ended.ok ? json({ data: { ended: ended.value } }) : ended;
}

export const sessionRoutes: readonly Route[] = [list, endAll, endOne];
