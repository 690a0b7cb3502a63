/** Environments: listed, shown, made with their two keys, changed and removed. */
import { type Static, Type } from 'typebox';
import { fault } from '../../../domain/errors.js';
import type { Principal } from '../../../domain/principal.js';
import { fail, ok, type Result } from '../../../domain/result.js';
import { maySee } from '../../../http/access.js';
import type { HttpDependencies } from '../../../http/dependencies.js';
import { byIdOf, byOf, given, refById } from '../../../http/live-objects.js';
import { resource } from '../../../http/resource.js';
import { type Route, respond, route } from '../../../http/route.js';
import { closed, dataOf } from '../../../http/schemas.js';
import { type Entry, findEntry } from '../objects.js';
import { bothPages, listAnswer, listPage } from '../page-pagination.js';
import {
  attributeFields,
  EnvironmentItem,
  EnvironmentTwice,
  environmentItem,
  GuestAuthentication,
} from './item.js';

const tag = 'environments';
const read = 'environments:read';

const environments = resource<Entry, ReturnType<typeof byIdOf>, typeof EnvironmentItem>({
  ...{ path: '/environments', tag, read, write: 'environments:write' },
  ...{ scope: 'objects', writeScope: 'account', decidesAccess: true, item: EnvironmentItem },
  params: byIdOf(
    'us_env',
    'The id of an environment, its name, or `current`: the environment of the calling key.',
  ),
  find: ({ principal, params }, deps) => entryOf(deps, principal, params.id),
  show: (entry, { accountId }) => ok(environmentItem(entry, accountId)),
});

const list = environments.list({
  id: 'listEnvironments',
  summary: 'Environments, by name.',
  query: Type.Object(bothPages(10), closed),
  answer: listAnswer(EnvironmentItem),
  page: async ({ principal, query }, deps) => {
    const matches = (object: Entry['object']) => maySee(principal, read, object);
    const listing = { kind: 'Environment', pages: query, matches } as const;
    return listPage(deps, listing, (all) => ok(all.map((entry) => environmentItem(entry, deps.accountId))));
  },
});

const get = environments.get({ id: 'getEnvironment', summary: 'One environment.' });

const changeable = {
  isProd: Type.Optional(Type.Boolean({ description: 'Part of every key, so it never changes.' })),
  guestAuthentication: Type.Optional(GuestAuthentication),
  guestInvites: Type.Optional(Type.Boolean({ description: 'Guests may invite guests.' })),
  ...attributeFields,
};

const Name = Type.String({ minLength: 1, maxLength: 200 });

const create = environments.create({
  id: 'createEnvironment',
  summary: 'Create an environment.',
  description:
    'It is created with a secret and a publishable key. Without guestAuthentication, guests sign in by magic link.',
  body: Type.Object({ name: Name, ...changeable, isProd: Type.Boolean() }, closed),
  faults: ['exists'],
  create: async (call, deps) => {
    const { name, ...fields } = call.body;
    const asked = { kind: 'Environment', name, ...split(fields) } as const;
    const created = await deps.admin.create(asked, byOf(call));
    return created.ok ? entryOf(deps, call.principal, created.value.object.name) : created;
  },
});

const update = environments.update({
  id: 'updateEnvironment',
  summary: 'Change an environment.',
  description:
    'For one that a project declares, a change of declared fields is drift. `name` is a display name.',
  body: Type.Object({ name: Type.Optional(Name), ...changeable }, closed),
  answer: EnvironmentTwice,
  faults: ['not_found', 'conflict'],
  answers: (item) => ({ ...item, data: item }),
  update: (call, { object }, deps) => {
    const { name, ...fields } = call.body;
    const { spec, attributes } = split(fields);
    return deps.admin.change(
      { object: refById(object), spec, attributes: { ...attributes, name } },
      byOf(call),
    );
  },
});

const remove = environments.remove({
  id: 'deleteEnvironment',
  summary: 'Delete an environment, with the two keys that were created with it.',
  description: 'Refused while it has other keys, spaces or guests.',
  faults: ['not_found', 'in_use'],
  run: (call, { object }, deps) => deps.admin.remove([refById(object)], byOf(call)),
});

const subscription = route({
  method: 'GET',
  path: '/environments/subscription-token',
  id: 'getEnvironmentEventToken',
  ...{ tag, permission: read, scope: 'objects' },
  summary: 'The token for subscribing to events: none.',
  description: 'Events are read from /events and /changes with the caller’s own credential.',
  query: Type.Object({ environmentId: Type.String({ maxLength: 100 }) }, closed),
  answer: dataOf(Type.Object({ accountId: Type.String() }, closed)),
  faults: ['not_found'],
  handle: async ({ principal, query }, deps) => {
    const { accountId } = deps;
    return respond(await entryOf(deps, principal, query.environmentId), () => ({ data: { accountId } }));
  },
});

const ALONE = fail(fault('not_found', 'the caller belongs to no single environment; name the environment'));

function entryOf(deps: HttpDependencies, principal: Principal, id: string): Promise<Result<Entry>> {
  const idOrName = id === 'current' ? principal.environment : id;
  if (idOrName === undefined) return Promise.resolve(ALONE);
  return findEntry(deps, { principal, kind: 'Environment', idOrName, permissions: [read] });
}

const Changeable = Type.Object(changeable);

/** What is declared, and what is only kept. */
const split = ({ isProd, guestAuthentication, guestInvites, ...attributes }: Static<typeof Changeable>) => ({
  spec: given({ isProd, guestAuthentication, guestInvites }),
  attributes: given(attributes),
});

export const environmentRoutes: readonly Route[] = [list, get, create, update, remove, subscription];
