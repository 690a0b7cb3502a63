/**
 * Events in the shapes of Flatfile's client, over the audit log and what clients say of their own. They are read, and
 * not pushed: nothing here goes through a third party.
 */
import { Type } from 'typebox';
import { ok } from '../../../domain/result.js';
import { parseInstant } from '../../../domain/time.js';
import type { HttpDependencies } from '../../../http/dependencies.js';
import { byOf, done, findObject, given, Success } from '../../../http/live-objects.js';
import { type Answered, json, type Route, respond, route } from '../../../http/route.js';
import { closed, dataOf, Instant, oneById } from '../../../http/schemas.js';
import type { By } from '../../../ports/identity.js';
import { numberedPages, Pagination, paginationOf } from '../page-pagination.js';
import { EventConfig, EventItem, eventItem } from './item.js';

const byId = oneById('us_evt', 'The id of an event.');
const text = (description: string) => Type.Optional(Type.String({ maxLength: 150, description }));

const about = { tag: 'events', scope: 'objects', faults: ['not_found'] } as const;
const reading = { ...about, permission: 'events:read' } as const;
const writing = { ...about, permission: 'events:write' } as const;

const list = route({
  method: 'GET',
  path: '/events',
  id: 'listEvents',
  ...reading,
  summary: 'Events of the environments that the caller can read, oldest first.',
  description:
    'Changes of the account itself, such as users and tokens, have no event; see GET /audit. Above ten thousand events `pagination` is omitted; continue with `since`.',
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
  handle: async (call, deps) => {
    const { environmentId, spaceId, domain, topic, since, ...query } = call.query;
    const { includeAcknowledged = false, pageSize = 10, pageNumber = 1 } = query;
    const environment = await idOf(deps, 'Environment', environmentId);
    if (!environment.ok) return environment;
    const space = await idOf(deps, 'Space', spaceId);
    if (!space.ok) return space;
    const from = since === undefined ? undefined : parseInstant(since);
    const listed = await deps.events.list(
      {
        ...{ environmentId: environment.value, spaceId: space.value, domain, topic },
        since: from?.ok ? from.value : undefined,
        acknowledged: includeAcknowledged ? 'included' : 'excluded',
        ...{ limit: pageSize, offset: pageSize * (pageNumber - 1) },
      },
      byOf(call),
    );
    if (!listed.ok) return listed;
    const { events, total } = listed.value;
    return json({
      data: events.map((event) => eventItem(event, deps.accountId)),
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
  handle: (call, deps) => shown(deps, call.params.id, byOf(call)),
});

const post = route({
  method: 'POST',
  path: '/events',
  id: 'createEvent',
  ...writing,
  summary: 'Create an event.',
  description: 'At most 16384 characters of JSON. The newest thousand of an environment are stored.',
  body: EventConfig,
  nulls: 'absent',
  answer: dataOf(EventItem),
  creates: true,
  handle: async (call, deps) => {
    const { topic, domain, payload, context, ...members } = call.body;
    const { accountId: _account, actorId: _actor, environmentId, spaceId, workbookId, ...rest } = context;
    const id = await deps.events.post(
      {
        ...{ topic, domain, payload, place: { environmentId, spaceId, workbookId } },
        members: { ...given(members), context: given(rest) },
      },
      byOf(call),
    );
    return id.ok ? shown(deps, id.value, byOf(call)) : id;
  },
});

const acknowledge = route({
  method: 'POST',
  path: '/events/{id}/ack',
  id: 'acknowledgeEvent',
  ...writing,
  summary: 'Acknowledge an event. Lists omit it from then on.',
  params: byId,
  answer: Success,
  handle: async (call, deps) => {
    return done(await deps.events.acknowledge(call.params.id, byOf(call)));
  },
});

const subscription = route({
  method: 'GET',
  path: '/subscription',
  id: 'getEventToken',
  ...reading,
  summary: 'The token for subscribing to events: none.',
  description: 'Events are read from /events and /changes with the caller’s own credential.',
  query: Type.Object({ scope: text('Ignored.'), spaceId: text('Ignored.') }, closed),
  answer: dataOf(Type.Object({ accountId: Type.String() }, closed)),
  handle: (_call, { accountId }) => json({ data: { accountId } }),
});

async function idOf({ store }: HttpDependencies, kind: 'Environment' | 'Space', name: string | undefined) {
  const found = name === undefined ? ok(undefined) : await findObject(store, { kind, name });
  return found.ok ? ok(found.value?.id ?? name) : found;
}

async function shown(deps: HttpDependencies, id: string, by: By): Promise<Answered> {
  return respond(await deps.events.get(id, by), (event) => ({ data: eventItem(event, deps.accountId) }));
}

export const eventRoutes: readonly Route[] = [list, get, post, acknowledge, subscription];
