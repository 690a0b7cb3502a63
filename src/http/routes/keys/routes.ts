/** Keys: listed, shown, and what people ask of them. */
import { Type } from 'typebox';
import { ownerText } from '../../../domain/owner.js';
import { ok } from '../../../domain/result.js';
import { Secret } from '../../../domain/secret.js';
import { maySee } from '../../access.js';
import { environmentNamed } from '../../live-objects.js';
import { pageThrough } from '../../paging.js';
import { json, type Route, route } from '../../route.js';
import { closed, pageOf, pageQuery, SecretText } from '../../schemas.js';
import { byId, type Change, changeKey, OneKey } from './changing.js';
import { changeKeyRoute, removeKey } from './editing.js';
import { findKey } from './finding.js';
import { isKey, Key, keyItem, Status, statusOf } from './item.js';
import { createKey, rotateKey } from './making.js';
import { revokeKey } from './revoking.js';

const filters = Type.Object(
  {
    ...pageQuery,
    environment: Type.Optional(Type.String({ maxLength: 63, description: 'A name, or an id.' })),
    status: Type.Optional(Status),
    owner: Type.Optional(
      Type.String({
        maxLength: 300,
        pattern: '^(?:tenant|(?:service|team|user):.+)$',
        'x-expects': 'service:NAME, team:NAME, user:NAME or tenant',
        description: '`service:billing`, `team:data`, `user:ada`, `tenant`.',
      }),
    ),
  },
  closed,
);

const list = route({
  method: 'GET',
  path: '/keys',
  id: 'listKeys',
  tag: 'keys',
  summary: 'Keys, by name.',
  permission: 'keys:read',
  scope: 'objects',
  query: filters,
  answer: pageOf(Key),
  handle: async ({ principal, query }, { store, clock }) => {
    const { limit, cursor, status, owner } = query;
    const now = clock.now();
    const environment =
      query.environment === undefined ? ok(undefined) : await environmentNamed(store, query.environment);
    if (!environment.ok) return environment;
    const page = await pageThrough(store, {
      ...{ kind: 'ApiKey', limit, cursor },
      matches: (object) =>
        isKey(object) &&
        maySee(principal, 'keys:read', object) &&
        [undefined, object.declaration.spec.environment].includes(environment.value) &&
        [undefined, ownerText(object.declaration.spec.owner)].includes(owner) &&
        [undefined, statusOf(object.key, now)].includes(status),
    });
    if (!page.ok) return page;
    const { data, nextCursor } = page.value;
    return json({ data: data.filter(isKey).map((object) => keyItem(object, now)), nextCursor });
  },
});

const get = route({
  method: 'GET',
  path: '/keys/{id}',
  id: 'getKey',
  tag: 'keys',
  summary: 'One key with all its versions, and when each was used last.',
  permission: 'keys:read',
  scope: 'objects',
  params: byId,
  answer: OneKey,
  faults: ['not_found'],
  handle: async ({ principal, params }, { store, clock }) => {
    const found = await findKey(store, { principal, idOrName: params.id });
    return found.ok ? json({ data: keyItem(found.value, clock.now()) }) : found;
  },
});

interface Verb {
  readonly verb: string;
  readonly permission: string;
  readonly summary: string;
  readonly description: string;
  readonly request: Change['request'];
}

/** What is asked of a key without a word more. Asking twice changes nothing. */
const VERBS: readonly Verb[] = [
  {
    verb: 'deactivate',
    permission: 'keys:write',
    summary: 'Refuse the key until it is activated.',
    description: 'The emergency stop. Nothing automatic undoes it, and no rotation gets around it.',
    request: (object) => ({ kind: 'deactivate', object }),
  },
  {
    verb: 'activate',
    permission: 'keys:write',
    summary: 'Accept the key again.',
    description: 'Versions that were revoked or have expired stay refused.',
    request: (object) => ({ kind: 'activate', object }),
  },
];

const asked = ({ verb, permission, summary, description, request }: Verb): Route =>
  route({
    method: 'POST',
    path: `/keys/{id}/${verb}`,
    id: `${verb}Key`,
    tag: 'keys',
    ...{ summary, description, permission, scope: 'keys' },
    params: byId,
    body: Type.Object({}, closed),
    answer: OneKey,
    faults: ['not_found', 'conflict'],
    handle: ({ principal, params }, world) =>
      changeKey(world, { principal, id: params.id, verb, permission, request }),
  });

const acknowledge = route({
  method: 'POST',
  path: '/keys/{id}/acknowledge',
  id: 'acknowledgeKey',
  tag: 'keys',
  summary: 'Confirm that the newest version is in use.',
  description: 'Whoever has that version proves it by sending it.',
  permission: 'keys:rotate',
  scope: 'keys',
  params: byId,
  body: Type.Object({ proof: SecretText }, closed),
  answer: OneKey,
  faults: ['not_found', 'conflict', 'possession_required'],
  handle: ({ principal, params, body }, world) =>
    changeKey(world, {
      ...{ principal, id: params.id, verb: 'acknowledge', permission: 'keys:rotate' },
      request: (object) => ({ kind: 'acknowledge', object, proof: new Secret(body.proof) }),
    }),
});

export const keyRoutes: readonly Route[] = [
  list,
  createKey,
  get,
  changeKeyRoute,
  removeKey,
  rotateKey,
  revokeKey,
  ...VERBS.map(asked),
  acknowledge,
];
