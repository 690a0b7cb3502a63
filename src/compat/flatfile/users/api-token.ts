/**
 * Flatfile's older pairs of a client id and a secret. Here that is a personal access token by its id: what
 * `POST /auth` takes as apiCredentials. Each user's own only.
 */
import { type Static, Type } from 'typebox';
import { fault } from '../../../domain/errors.js';
import { personOf } from '../../../domain/principal.js';
import { fail, ok, type Result } from '../../../domain/result.js';
import { formatInstant } from '../../../domain/time.js';
import { byOf } from '../../../http/live-objects.js';
import { type Call, type Route, respond, route, shownOnce } from '../../../http/route.js';
import { closed, dataOf, Instant } from '../../../http/schemas.js';
import type { PersonalToken } from '../../../ports/identity.js';
import { Opaque } from '../environments/item.js';
import { numberedPages, Pagination, pageByNumber } from '../page-pagination.js';
import { byUserId } from './routes.js';

const Pair = Type.Object(
  {
    clientId: Type.String(),
    description: Type.String(),
    metadata: Opaque,
    createdAt: Instant,
    secret: Type.Optional(Type.String({ description: 'Shown once; it is not stored.' })),
  },
  closed,
);

const TenantId = Type.String({ maxLength: 100, description: 'Ignored: a store has one account.' });

const list = route({
  method: 'GET',
  path: '/users/{id}/api-token',
  id: 'listApiTokens',
  tag: 'users',
  summary: 'Your personal access tokens, as pairs of a client id and a secret.',
  params: byUserId,
  query: Type.Object({ tenantId: TenantId, ...numberedPages(10) }, closed),
  answer: Type.Object({ data: Type.Array(Pair), pagination: Pagination }, closed),
  handle: async (call, { authority }) => {
    const own = isOwn(call);
    if (!own.ok) return own;
    const tokens = await authority.personalTokens(byOf(call));
    return respond(tokens, (all) => pageByNumber(all.map(pairOf), call.query));
  },
});

const create = route({
  method: 'POST',
  path: '/users/{id}/api-token',
  id: 'createApiToken',
  tag: 'users',
  summary: 'Create a personal access token for yourself, as a pair of a client id and a secret.',
  params: byUserId,
  query: Type.Object({ tenantId: TenantId }, closed),
  creates: true,
  answer: dataOf(Pair),
  handle: async (call, { authority }) => {
    const own = isOwn(call);
    if (!own.ok) return own;
    const made = await authority.createPersonalToken('API token', byOf(call));
    if (!made.ok) return made;
    const pair = pairOf(made.value.shown);
    return shownOnce({ data: { ...pair, secret: made.value.token.reveal() } }, { data: pair });
  },
});

function isOwn({ principal, params }: Call<Static<typeof byUserId>>): Result<void> {
  const person = personOf(principal);
  if (person !== undefined && [person.id, person.ref.name].includes(params.id)) return ok(undefined);
  return fail(fault('forbidden', 'users can create and list their own tokens only'));
}

const pairOf = ({ id, name, createdAt }: PersonalToken): Static<typeof Pair> => ({
  clientId: id,
  description: name,
  metadata: {},
  createdAt: formatInstant(createdAt),
});

export const apiTokenRoutes: readonly Route[] = [list, create];
