/** Keys: listed, shown, and what people ask of them. */
import { Type } from 'typebox';
import { ownerText } from '../../../domain/owner.js';
import { ok } from '../../../domain/result.js';
import { Secret } from '../../../domain/secret.js';
import { maySee } from '../../access.js';
import { pageThrough } from '../../cursor-pagination.js';
import { environmentNamed } from '../../live-objects.js';
import { json, type Route, respond, route } from '../../route.js';
import { closed, pageOf, pageQuery, SecretText } from '../../schemas.js';
import { createKey, rotateKey } from './create.js';
import { findKey } from './find.js';
import { isKey, Key, keyItem, Status, statusOf } from './item.js';
import { revokeKey } from './revoke.js';
import { byId, OneKey, transition } from './transitions.js';
import { changeKeyRoute, removeKey } from './update.js';

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
  summary: 'One key with all its versions and their last use.',
  permission: 'keys:read',
  scope: 'objects',
  params: byId,
  answer: OneKey,
  faults: ['not_found'],
  handle: async ({ principal, params }, { store, clock }) => {
    return respond(await findKey(store, { principal, idOrName: params.id }), (found) => ({
      data: keyItem(found, clock.now()),
    }));
  },
});

const Nothing = Type.Object({}, closed);

const deactivate = transition({
  verb: 'deactivate',
  permission: 'keys:write',
  summary: 'Refuse the key until it is activated.',
  description: 'The emergency stop. It is never undone automatically, and rotation does not bypass it.',
  body: Nothing,
  request: (object) => ({ kind: 'deactivate', object }),
});

const activate = transition({
  verb: 'activate',
  permission: 'keys:write',
  summary: 'Accept the key again.',
  description: 'Revoked and expired versions stay refused.',
  body: Nothing,
  request: (object) => ({ kind: 'activate', object }),
});

const acknowledge = transition({
  verb: 'acknowledge',
  permission: 'keys:rotate',
  summary: 'Confirm that the newest version is in use.',
  description: 'The consumer proves that it has that version by sending it.',
  body: Type.Object({ proof: SecretText }, closed),
  faults: ['possession_required'],
  request: (object, { proof }) => ({ kind: 'acknowledge', object, proof: new Secret(proof) }),
});

export const keyRoutes: readonly Route[] = [
  list,
  createKey,
  get,
  changeKeyRoute,
  removeKey,
  rotateKey,
  revokeKey,
  deactivate,
  activate,
  acknowledge,
];
