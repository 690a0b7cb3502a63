/**
 * Events in the shapes of Flatfile's client, over the audit log and what clients say of their own. They are read, and
 * not pushed: nothing here goes through a third party.
 */
import { Type } from 'typebox';
import { ok } from '../../../domain/result.js';
import { parseInstant } from '../../../domain/time.js';
import type { By } from '../../../ports/identity.js';
import { accountId, byOf, findObject, given, SUCCESS, Success } from '../../live-objects.js';
import { numberedPages, Pagination, paginationOf } from '../../numbered.js';
import { type Answered, json, type Route, route } from '../../route.js';
import { closed, dataOf, Instant } from '../../schemas.js';
import type { HttpWorld } from '../../world.js';
import { EventConfig, EventItem, eventItem } from './item.js';

const byId = Type.Object(
  {
    id: Type.String({
      pattern: '^us_evt_[0-9A-Za-z]{1,32}$',
      maxLength: 64,
      description: 'The id of an event.',
    }),
  },
  closed,
);
const text = (description: string) => Type.Optional(Type.String({ maxLength: 150, description }));

const about = { tag: 'events', scope: 'objects', faults: ['not_found'] } as const;
const reading = { ...about, permission: 'events:read' } as const;
const writing = { ...about, permission: 'events:write' } as const;

const list = route({
  method: 'GET',
  path: '/events',
  id: 'listEvents',
  ...reading,
  summary: 'What happened in environments that are open to the caller, oldest first.',
  description:
    'What is of the account alone, as people and tokens are, has no event: GET /audit has it. Above ten thousand nobody counts: `pagination` is left out then, and `since` goes on from the last one.',
  query: Type.Object(
    {
      environmentId: text('An id, or a name.'),
      spaceId: text('An id, or ENVIRONMENT/NAME.'),
      domain: text('`space`'),
      topic: text('`space:created`'),
      since: Type.Optional(Instant),
      includeAcknowledged: Type.Optional(Type.Boolean({ default: false })),
      ...numberedPages(10),
    },
    closed,
  ),
  answer: Type.Object({ data: Type.Array(EventItem), pagination: Type.Optional(Pagination) }, closed),
  handle: async (call, world) => {
    const { environmentId, spaceId, domain, topic, since, ...query } = call.query;
    const { includeAcknowledged = false, pageSize = 10, pageNumber = 1 } = query;
    const environment = await idOf(world, 'Environment', environmentId);
    if (!environment.ok) return environment;
    const space = await idOf(world, 'Space', spaceId);
    if (!space.ok) return space;
    const from = since === undefined ? undefined : parseInstant(since);
    const listed = await world.rooms.events.list(
      {
        ...{ environmentId: environment.value, spaceId: space.value, domain, topic },
        since: from?.ok ? from.value : undefined,
        acknowledged: includeAcknowledged ? 'included' : 'excluded',
        ...{ limit: pageSize, offset: pageSize * (pageNumber - 1) },
      },
      byOf(call),
    );
    if (!listed.ok) return listed;
    const account = await accountId(world);
    if (!account.ok) return account;
    const { events, total } = listed.value;
    return json({
      data: events.map((event) => eventItem(event, account.value)),
      ...(total !== undefined && { pagination: paginationOf(total, { pageSize, pageNumber }) }),
    });
  },
});

const get = route({
  method: 'GET',
  path: '/events/{id}',
  id: 'getEvent',
  ...reading,
  summary: 'One event.',
  params: byId,
  answer: dataOf(EventItem),
  handle: (call, world) => shown(world, call.params.id, byOf(call)),
});

const post = route({
  method: 'POST',
  path: '/events',
  id: 'createEvent',
  ...writing,
  summary: 'Say that something happened.',
  description: 'At most 16384 characters of JSON; the newest thousand of an environment are kept.',
  body: EventConfig,
  nulls: 'absent',
  answer: dataOf(EventItem),
  makes: true,
  handle: async (call, world) => {
    const { topic, domain, payload, context, ...members } = call.body;
    const { accountId: _account, actorId: _actor, environmentId, spaceId, workbookId, ...rest } = context;
    const id = await world.rooms.events.post(
      {
        ...{ topic, domain, payload, place: { environmentId, spaceId, workbookId } },
        members: { ...given(members), context: given(rest) },
      },
      byOf(call),
    );
    return id.ok ? shown(world, id.value, byOf(call)) : id;
  },
});

const acknowledge = route({
  method: 'POST',
  path: '/events/{id}/ack',
  id: 'acknowledgeEvent',
  ...writing,
  summary: 'Say that an event was dealt with: lists leave it out then.',
  params: byId,
  answer: Success,
  handle: async (call, world) => {
    const done = await world.rooms.events.acknowledge(call.params.id, byOf(call));
    return done.ok ? json(SUCCESS) : done;
  },
});

const subscription = route({
  method: 'GET',
  path: '/subscription',
  id: 'getEventToken',
  ...reading,
  summary: 'What a client subscribes to events with.',
  description: 'No token: events are read from /events and /changes, with the credential that asks here.',
  query: Type.Object({ scope: text('Says nothing.'), spaceId: text('Says nothing.') }, closed),
  answer: dataOf(Type.Object({ accountId: Type.String() }, closed)),
  handle: async (_call, world) => {
    const account = await accountId(world);
    return account.ok ? json({ data: { accountId: account.value } }) : account;
  },
});

async function idOf({ store }: HttpWorld, kind: 'Environment' | 'Space', name: string | undefined) {
  const found = name === undefined ? ok(undefined) : await findObject(store, { kind, name });
  return found.ok ? ok(found.value?.id ?? name) : found;
}

async function shown(world: HttpWorld, id: string, by: By): Promise<Answered> {
  const event = await world.rooms.events.get(id, by);
  if (!event.ok) return event;
  const account = await accountId(world);
  return account.ok ? json({ data: eventItem(event.value, account.value) }) : account;
}

export const eventRoutes: readonly Route[] = [list, get, post, acknowledge, subscription];
