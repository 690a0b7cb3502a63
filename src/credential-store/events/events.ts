/**
 * Lists, creates and acknowledges events: those derived from the audit log (audit-to-events.ts), and those that clients create,
 * the newest thousand of an environment. Who may read what is in a scope may read what happened there.
 */

import { authorize } from '../../domain/access.js';
import { canonicalJson } from '../../domain/canonical.js';
import { fault } from '../../domain/errors.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { base62 } from '../../domain/secret.js';
import type { Event, EventQuery, ListedEvents, NewEvent } from '../../ports/events.js';
import type { By } from '../../ports/identity.js';
import type { Reading } from '../identity/credentials.js';
import { parsedRow } from '../storage-port/broken-row.js';
import type { EventRow } from '../storage-port.js';
import type { UnitOfWork } from '../unit-of-work.js';
import { liveScope, scopeOf, targetOf, within } from './event-scope.js';
import { genuineEvent, signEvent } from './signed.js';

/** That clients said, of one environment. */
const EVENTS_MAX = 1_000;
const EVENT_CHARACTERS_MAX = 16_384;
/** Counting is reading; above this the total is not reported. */
const COUNTED_MAX = 10_000;

type Rows = Pick<Reading, 'tx' | 'keyring'>;

export async function eventsSeen(
  reading: Rows,
  { limit, offset, ...query }: EventQuery,
  { principal }: By,
): Promise<Result<ListedEvents>> {
  const seen = await within(reading, principal);
  if (!seen.ok) return seen;
  const { environmentId: own, places } = seen.value ?? {};
  const { environmentId = own } = query;
  const isElsewhere = own !== undefined && own !== environmentId;
  if (seen.value === undefined || isElsewhere) return ok({ events: [], total: 0 });
  // Scopes say which environment it is, and have an index of their own.
  const filter = { ...query, environmentId: places === undefined ? environmentId : undefined, places };
  const { events } = reading.tx;
  const rows = await events.page(filter, { limit, offset });
  const isLast = rows.length > 0 && rows.length < limit;
  const total = isLast ? offset + rows.length : await events.count(filter, COUNTED_MAX + 1);
  const found = rows.map((row) => eventIn(genuineEvent(row, reading.keyring)));
  return ok({ events: found, total: total > COUNTED_MAX ? undefined : total });
}

export async function eventSeen(reading: Rows, id: string, by: By): Promise<Result<Event>> {
  const row = await reading.tx.events.byId(id);
  if (row === undefined) return ABSENT;
  const event = eventIn(genuineEvent(row, reading.keyring));
  const place = await scopeOf(reading, event.place);
  if (!place.ok) return place;
  const target = place.value && targetOf(place.value, event.place.workbookId);
  return target !== undefined && authorize(by.principal, 'events:read', target).ok ? ok(event) : ABSENT;
}

const ABSENT = fail(fault('not_found', 'event not found; GET /events lists events'));

export async function postEvent(
  work: UnitOfWork,
  event: NewEvent,
  { principal }: By,
): Promise<Result<string>> {
  const place = await liveScope(work, event.place);
  if (!place.ok) return place;
  const allowed = authorize(principal, 'events:write', targetOf(place.value));
  if (!allowed.ok) return allowed;
  const [payload, members] = [canonicalJson(event.payload), canonicalJson(event.members)];
  if (payload.length + members.length > EVENT_CHARACTERS_MAX)
    return fail(fault('bad_request', `an event must be at most ${EVENT_CHARACTERS_MAX} characters of JSON`));
  const { environment, space } = place.value;
  const id = `us_evt_x${base62(16, work.entropy)}`;
  const row = {
    ...{ id, seq: null, at: work.now, environment_id: environment.id, space_id: space?.id ?? null },
    ...{ workbook_id: event.place.workbookId ?? null, topic: event.topic, domain: event.domain },
    ...{ payload, members, actor_id: principal.id, acknowledged_at: null, acknowledged_by: null },
  };
  await work.tx.events.insert(signEvent(row, work.keyring));
  await work.tx.events.forgetSaid(environment.id, EVENTS_MAX);
  return ok(id);
}

export async function acknowledgeEvent(work: UnitOfWork, id: string, by: By): Promise<Result<void>> {
  const event = await eventSeen(work, id, by);
  if (!event.ok) return event;
  const place = await liveScope(work, event.value.place);
  if (!place.ok) return place;
  const allowed = authorize(by.principal, 'events:write', targetOf(place.value));
  if (!allowed.ok) return allowed;
  if (event.value.acknowledged !== undefined) return ok(undefined);
  const row = await work.tx.events.byId(id);
  if (row === undefined) return ABSENT;
  const acknowledged = { ...row, acknowledged_at: work.now, acknowledged_by: by.principal.id };
  await work.tx.events.acknowledge(signEvent(acknowledged, work.keyring));
  return ok(undefined);
}

const eventIn = (row: EventRow): Event => ({
  ...{ id: row.id, at: row.at, topic: row.topic, domain: row.domain },
  place: {
    environmentId: row.environment_id,
    spaceId: row.space_id ?? undefined,
    workbookId: row.workbook_id ?? undefined,
  },
  payload: parsedRow<Event['payload']>(row.payload, `event ${row.id}`),
  members: parsedRow<Event['members']>(row.members, `event ${row.id}`),
  actorId: row.actor_id ?? undefined,
  acknowledged:
    row.acknowledged_at === null ? undefined : { at: row.acknowledged_at, by: row.acknowledged_by ?? '' },
});
