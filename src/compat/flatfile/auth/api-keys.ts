/**
 * Keys of an environment in the words of Flatfile's client: the same keys as under /keys, without names of their own.
 * Those that are made here belong to the account.
 */
import { type Static, Type } from 'typebox';
import { fault } from '../../../domain/errors.js';
import { isId } from '../../../domain/objects.js';
import { actorOf, type Principal } from '../../../domain/principal.js';
import { fail, ok, type Result } from '../../../domain/result.js';
import type { KeyType } from '../../../domain/secret.js';
import type { Instant as Time } from '../../../domain/time.js';
import { maySee } from '../../../http/access.js';
import { pageThrough } from '../../../http/cursor-pagination.js';
import type { HttpDependencies } from '../../../http/dependencies.js';
import { refreshVerifier } from '../../../http/key-verification.js';
import { byOf, done, findObject, refById, Success } from '../../../http/live-objects.js';
import { type AnyRoute, json, respond, route, shownOnce } from '../../../http/route.js';
import { findKey } from '../../../http/routes/keys/find.js';
import { isKey, Key, type KeyObject, keyItem } from '../../../http/routes/keys/item.js';
import { closed, dataOf, Instant, idField } from '../../../http/schemas.js';

const TYPES = { secret: 'SECRET', publishable: 'PUBLISHABLE' } as const;
const PAGE = 200;
/** GET /keys has them all, a page at a time. */
const KEYS_MAX = 1_000;

const ApiKey = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    ...Type.Pick(Key, ['prefix', 'status', 'expiresAt', 'lastUsedAt']).properties,
    rawKey: Type.Optional(
      Type.String({
        description: 'Of a publishable key; of a secret key in the response that created it only.',
      }),
    ),
    type: Type.Enum(['SECRET', 'PUBLISHABLE']),
    environmentId: Type.String(),
    accountId: Type.String(),
    operations: Type.Array(Type.Object({ path: Type.String(), method: Type.String() }, closed), {
      description: 'The only operations of a publishable key; empty: as its permissions allow.',
    }),
    createdAt: Instant,
  },
  closed,
);

const ofEnvironment = {
  environmentId: Type.String({ minLength: 1, maxLength: 100, description: 'Its id, or its name.' }),
};

/** A publishable key starts sessions, by itself or in one step with the space that they make. */
const STARTING = [
  { path: '/v1/spaces', method: 'POST' },
  { path: '/v1/auth', method: 'POST' },
  { path: '/v1/internal/spaces/init', method: 'POST' },
];

const about = { tag: 'keys', scope: 'objects', faults: ['not_found', 'conflict'] } as const;

const list = route({
  method: 'GET',
  path: '/auth/api-keys',
  id: 'getApiKeys',
  ...about,
  summary: 'Keys of an environment.',
  description: 'The first thousand, by name; GET /keys has all of them, with more fields.',
  permission: 'keys:read',
  query: Type.Object(ofEnvironment, closed),
  answer: dataOf(Type.Array(ApiKey)),
  handle: async ({ principal, query }, deps) => {
    const place = await placeOf(deps, query.environmentId);
    if (!place.ok) return place;
    const keys = await keysOf(deps, principal, place.value.name);
    if (!keys.ok) return keys;
    const data = await Promise.all(
      keys.value.map((one) => shown(deps, one, { place: place.value, principal })),
    );
    const failed = data.find((one) => !one.ok);
    return failed?.ok === false ? failed : json({ data: data.flatMap((one) => (one.ok ? [one.value] : [])) });
  },
});

const publishable = route({
  method: 'GET',
  path: '/auth/publishable-key',
  id: 'getPublishableKey',
  ...about,
  summary: 'The publishable key that was created with the environment, or the first that is accepted.',
  permission: 'keys:read',
  query: Type.Object(ofEnvironment, closed),
  answer: dataOf(ApiKey),
  handle: async ({ principal, query }, deps) => {
    const place = await placeOf(deps, query.environmentId);
    if (!place.ok) return place;
    const keys = await keysOf(deps, principal, place.value.name);
    if (!keys.ok) return keys;
    const all = keys.value.filter(({ key }) => key.type === 'publishable');
    const now = deps.clock.now();
    const good = all.filter((key) => keyItem(key, now).status === 'active');
    const [first] = good.length > 0 ? good : all;
    const one = good.find(({ origin }) => origin === 'system') ?? first;
    if (one === undefined) return fail(fault('not_found', 'this environment has no publishable key'));
    return respond(await shown(deps, one, { place: place.value, principal }), (data) => ({ data: data }));
  },
});

const create = route({
  method: 'POST',
  path: '/auth/api-key',
  id: 'createNewApiKey',
  ...about,
  summary: 'Create a tenant key in an environment.',
  description:
    'Its secret is in this response only. POST /keys creates keys with names, owners, permissions and an expiry.',
  query: Type.Object(
    { ...ofEnvironment, type: Type.Optional(Type.Enum(['SECRET', 'PUBLISHABLE'], { default: 'SECRET' })) },
    closed,
  ),
  creates: true,
  answer: dataOf(Type.Array(ApiKey)),
  handle: async (call, deps) => {
    const place = await placeOf(deps, call.query.environmentId);
    if (!place.ok) return place;
    const type: KeyType = call.query.type === 'PUBLISHABLE' ? 'publishable' : 'secret';
    const environment = place.value.name;
    const ending = Buffer.from(deps.entropy.bytes(4)).toString('hex');
    const name = `${environment.slice(0, 50)}-${type === 'secret' ? 'sk' : 'pk'}-${ending}`;
    const spec = { environment, type, owner: { tenant: true as const } };
    const made = await deps.admin.create({ kind: 'ApiKey', name, spec }, byOf(call));
    if (!made.ok) return made;
    const inMemory = await refreshVerifier(deps);
    if (!inMemory.ok) return inMemory;
    const found = await findObject(deps.store, made.value.object);
    if (!found.ok) return found;
    if (found.value === undefined || !isKey(found.value))
      return fail(fault('not_found', 'the key was deleted meanwhile'));
    const item = itemOf(found.value, { place: place.value, now: deps.clock.now() });
    return shownOnce({ data: [{ ...item, rawKey: made.value.secret.reveal() }] }, { data: [item] });
  },
});

const remove = route({
  method: 'DELETE',
  path: '/auth/api-key',
  id: 'deleteApiKey',
  ...about,
  summary: 'Delete a key. It is refused before the response.',
  query: Type.Object({ ...ofEnvironment, key: idField('us_key') }, closed),
  answer: Success,
  handle: async (call, deps) => {
    const place = await placeOf(deps, call.query.environmentId);
    if (!place.ok) return place;
    const found = await findKey(deps.store, { principal: call.principal, idOrName: call.query.key });
    if (!found.ok) return found;
    if (found.value.declaration.spec.environment !== place.value.name)
      return fail(fault('not_found', 'no such key in this environment'));
    const removed = await deps.admin.remove([refById(found.value)], byOf(call));
    if (!removed.ok) return removed;
    return done(await refreshVerifier(deps));
  },
});

interface Place {
  readonly name: string;
  readonly environmentId: string;
  readonly accountId: string;
}

async function placeOf(deps: HttpDependencies, idOrName: string): Promise<Result<Place>> {
  const found = await findObject(deps.store, { kind: 'Environment', name: idOrName });
  if (!found.ok) return found;
  if (found.value === undefined)
    return fail(
      fault('not_found', `no such environment${isId(idOrName) ? '' : '; GET /environments lists them'}`),
    );
  const { id, ref } = found.value;
  return ok({ name: ref.name, environmentId: id, accountId: deps.accountId });
}

async function keysOf(
  { store }: HttpDependencies,
  principal: Principal,
  environment: string,
): Promise<Result<readonly KeyObject[]>> {
  const keys: KeyObject[] = [];
  for (let cursor: string | undefined; keys.length < KEYS_MAX; ) {
    const page = await pageThrough(store, {
      ...{ kind: 'ApiKey', limit: PAGE, cursor },
      matches: (object) =>
        isKey(object) &&
        object.declaration.spec.environment === environment &&
        maySee(principal, 'keys:read', object),
    });
    if (!page.ok) return page;
    keys.push(...page.value.data.filter(isKey));
    if (page.value.nextCursor === null) break;
    cursor = page.value.nextCursor;
  }
  return ok(keys.slice(0, KEYS_MAX));
}

/** What is public of a publishable key is shown with it. */
async function shown(
  { store, clock }: HttpDependencies,
  object: KeyObject,
  { place, principal }: { readonly place: Place; readonly principal: Principal },
): Promise<Result<Static<typeof ApiKey>>> {
  const item = itemOf(object, { place, now: clock.now() });
  if (object.key.type !== 'publishable') return ok(item);
  const caller = { actor: actorOf(principal), path: 'http:GET /auth/api-keys' };
  const clear = await store.claim(refById(object), caller);
  if (clear.ok) return ok({ ...item, rawKey: clear.value.reveal() });
  // Of one that is revoked or not issued yet there is nothing to show.
  return clear.error.code === 'conflict' ? ok(item) : clear;
}

function itemOf(
  object: KeyObject,
  { place, now }: { readonly place: Place; readonly now: Time },
): Static<typeof ApiKey> {
  const { id, name, prefix, type, status, expiresAt, lastUsedAt, createdAt } = keyItem(object, now);
  return {
    ...{ id, name, prefix, status, expiresAt, lastUsedAt, createdAt },
    type: TYPES[type],
    environmentId: place.environmentId,
    accountId: place.accountId,
    operations: type === 'publishable' ? STARTING : [],
  };
}

export const apiKeyRoutes: readonly AnyRoute[] = [list, publishable, create, remove];
