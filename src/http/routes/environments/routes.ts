/** Environments: listed, shown, made with their two keys, changed and removed. */
import { type Static, Type } from 'typebox';
import { fault } from '../../../domain/errors.js';
import type { Principal } from '../../../domain/principal.js';
import { fail, type Result } from '../../../domain/result.js';
import { maySee } from '../../access.js';
import { accountId, byIdOf, byOf, findEntry, given, refById, SUCCESS, Success } from '../../live-objects.js';
import { bothPages, type Entry, list as listEntries, NextCursor, Pagination } from '../../numbered.js';
import { type Answered, json, type Route, route } from '../../route.js';
import { closed, dataOf } from '../../schemas.js';
import { inForce } from '../../verifying.js';
import type { HttpWorld } from '../../world.js';
import {
  attributeFields,
  EnvironmentItem,
  EnvironmentTwice,
  environmentItem,
  GuestAuthentication,
} from './item.js';

const byId = byIdOf('us_env', 'The id of an environment, its name, or `current`: the one that a key is of.');

const about = { tag: 'environments' } as const;

const list = route({
  method: 'GET',
  path: '/environments',
  id: 'listEnvironments',
  ...about,
  summary: 'Environments, by name.',
  permission: 'environments:read',
  scope: 'objects',
  query: Type.Object(bothPages(10), closed),
  answer: Type.Object(
    {
      data: Type.Array(EnvironmentItem),
      pagination: Type.Optional(Pagination),
      nextCursor: NextCursor,
    },
    closed,
  ),
  handle: async ({ principal, query }, world) => {
    const account = await accountId(world);
    if (!account.ok) return account;
    const page = await listEntries(world, {
      ...{ kind: 'Environment', pages: query },
      matches: (object) => maySee(principal, 'environments:read', object),
      isWanted: () => true,
    });
    if (!page.ok) return page;
    const { entries, ...rest } = page.value;
    return json({ data: entries.map((entry) => environmentItem(entry, account.value)), ...rest });
  },
});

const get = route({
  method: 'GET',
  path: '/environments/{id}',
  id: 'getEnvironment',
  ...about,
  summary: 'One environment.',
  permission: 'environments:read',
  scope: 'objects',
  params: byId,
  answer: dataOf(EnvironmentItem),
  faults: ['not_found'],
  handle: async ({ principal, params }, world) => {
    const entry = await entryOf(world, principal, params.id);
    return entry.ok ? shown(world, entry.value) : entry;
  },
});

const changeable = {
  isProd: Type.Optional(Type.Boolean({ description: 'Part of every key, so it never changes.' })),
  guestAuthentication: Type.Optional(GuestAuthentication),
  guestInvites: Type.Optional(Type.Boolean({ description: 'Guests may invite guests.' })),
  ...attributeFields,
};

const Name = Type.String({ minLength: 1, maxLength: 200 });

const create = route({
  method: 'POST',
  path: '/environments',
  id: 'createEnvironment',
  ...about,
  summary: 'Make an environment.',
  description:
    'It comes with a secret and a publishable key. Without guestAuthentication, guests come in by magic link.',
  permission: 'environments:write',
  body: Type.Object({ name: Name, ...changeable, isProd: Type.Boolean() }, closed),
  nulls: 'absent',
  makes: true,
  answer: dataOf(EnvironmentItem),
  faults: ['exists'],
  handle: async (call, world) => {
    const { name, ...fields } = call.body;
    const { spec, attributes } = split(fields);
    const ref = await world.rooms.create(
      { kind: 'Environment', name, spec, labels: {}, attributes },
      byOf(call),
    );
    if (!ref.ok) return ref;
    const known = await inForce(world);
    if (!known.ok) return known;
    const entry = await entryOf(world, call.principal, ref.value.name);
    return entry.ok ? shown(world, entry.value) : entry;
  },
});

const update = route({
  method: 'PATCH',
  path: '/environments/{id}',
  id: 'updateEnvironment',
  ...about,
  summary: 'Change an environment.',
  description:
    'Of one that a project declares, what documents say is drift then. Its name is one for people.',
  permission: 'environments:write',
  params: byId,
  body: Type.Object({ name: Type.Optional(Name), ...changeable }, closed),
  nulls: 'absent',
  answer: EnvironmentTwice,
  faults: ['not_found', 'conflict'],
  handle: async (call, world) => {
    const { name, ...fields } = call.body;
    const before = await entryOf(world, call.principal, call.params.id);
    if (!before.ok) return before;
    const { spec, attributes } = split(fields);
    const object = refById(before.value.object);
    const changed = await world.rooms.change(
      { object, spec, attributes: { ...attributes, name } },
      byOf(call),
    );
    if (!changed.ok) return changed;
    const entry = await entryOf(world, call.principal, object.name);
    if (!entry.ok) return entry;
    const account = await accountId(world);
    if (!account.ok) return account;
    const item = environmentItem(entry.value, account.value);
    return json({ ...item, data: item });
  },
});

const remove = route({
  method: 'DELETE',
  path: '/environments/{id}',
  id: 'deleteEnvironment',
  ...about,
  summary: 'Remove an environment, with the two keys that came with it.',
  description: 'Not while it has other keys, spaces or guests.',
  permission: 'environments:write',
  params: byId,
  answer: Success,
  faults: ['not_found', 'in_use'],
  handle: async (call, world) => {
    const entry = await entryOf(world, call.principal, call.params.id);
    if (!entry.ok) return entry;
    const removed = await world.rooms.remove([refById(entry.value.object)], byOf(call));
    if (!removed.ok) return removed;
    const gone = await inForce(world);
    return gone.ok ? json(SUCCESS) : gone;
  },
});

const subscription = route({
  method: 'GET',
  path: '/environments/subscription-token',
  id: 'getEnvironmentEventToken',
  ...about,
  summary: 'What a client subscribes to events with.',
  description: 'No token: events are read from /events and /changes, with the credential that asks here.',
  permission: 'environments:read',
  scope: 'objects',
  query: Type.Object({ environmentId: Type.String({ maxLength: 100 }) }, closed),
  answer: dataOf(Type.Object({ accountId: Type.String() }, closed)),
  faults: ['not_found'],
  handle: async ({ principal, query }, world) => {
    const entry = await entryOf(world, principal, query.environmentId);
    const account = entry.ok ? await accountId(world) : entry;
    return account.ok ? json({ data: { accountId: account.value } }) : account;
  },
});

const ALONE = fail(fault('not_found', 'you are of no one environment; name the one that is meant'));

function entryOf(world: HttpWorld, principal: Principal, id: string): Promise<Result<Entry>> {
  const idOrName = id === 'current' ? principal.environment : id;
  if (idOrName === undefined) return Promise.resolve(ALONE);
  return findEntry(world, { principal, kind: 'Environment', idOrName, permission: 'environments:read' });
}

async function shown(world: HttpWorld, entry: Entry): Promise<Answered> {
  const account = await accountId(world);
  return account.ok ? json({ data: environmentItem(entry, account.value) }) : account;
}

const Changeable = Type.Object(changeable);

/** What is declared, and what is only kept. */
const split = ({ isProd, guestAuthentication, guestInvites, ...attributes }: Static<typeof Changeable>) => ({
  spec: given({ isProd, guestAuthentication, guestInvites }),
  attributes: given(attributes),
});

export const environmentRoutes: readonly Route[] = [list, get, create, update, remove, subscription];
