/**
 * Events, listed, said and acknowledged. What clients say of their own is kept beside the environment, as attributes
 * are: opaque, the newest thousand of it. Who may read what is in a place may read what happened there.
 */
import { authorize, type Target } from '../../domain/access.js';
import { canonicalJson } from '../../domain/canonical.js';
import { workbookId } from '../../domain/derived-ids.js';
import { fault } from '../../domain/errors.js';
import type { DeclarationOf } from '../../domain/objects.js';
import type { Principal } from '../../domain/principal.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { base62 } from '../../domain/secret.js';
import type { By } from '../../ports/authority.js';
import type { Event, EventPlace, EventQuery, NewEvent } from '../../ports/events.js';
import type { Reading } from '../identity/credentials.js';
import { declarationOf } from '../rows.js';
import type { BelongingRow, ObjectRow, Transaction } from '../storage-port.js';
import { genuine } from '../stored.js';
import type { Work } from '../work.js';
import { toldEvents } from './told.js';

/** That clients said, of one environment. */
const EVENTS_MAX = 1_000;
const EVENT_CHARACTERS_MAX = 16_384;

export async function eventsSeen(
  reading: Pick<Reading, 'tx' | 'keyring'>,
  query: EventQuery,
  { principal }: By,
): Promise<Result<readonly Event[]>> {
  const { tx } = reading;
  const environments = await tx.objects.ofKind('Environment');
  const ids = environments.map(({ id }) => id);
  const said = (await tx.belongings.of(ids, 'event')).map(eventIn);
  const wanted = [...(await toldEvents(tx)), ...said].filter((event) => isWanted(event, query));
  const objects = await rowsOf(reading, wanted);
  if (!objects.ok) return objects;
  const acknowledged = new Map(
    (await tx.belongings.of(ids, 'acknowledgement')).map((row) => [row.name, row]),
  );
  const seen = wanted.filter(({ place }) => maySee(principal, place, objects.value));
  const events = seen.map((event) => {
    const row = acknowledged.get(event.id);
    return row === undefined ? event : { ...event, acknowledged: { at: row.created_at, by: byIn(row) } };
  });
  return ok(events.sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1)));
}

export async function postEvent(work: Work, event: NewEvent, { principal }: By): Promise<Result<string>> {
  const place = await livePlace(work, event.place);
  if (!place.ok) return place;
  const allowed = authorize(principal, 'events:write', targetOf(place.value));
  if (!allowed.ok) return allowed;
  const value = canonicalJson({ ...event, actorId: principal.id });
  if (value.length > EVENT_CHARACTERS_MAX)
    return fail(fault('bad_request', `an event is at most ${EVENT_CHARACTERS_MAX} characters of JSON`));
  const { environment } = place.value;
  const all = await work.tx.belongings.of([environment.id], 'event');
  const oldest = all.toSorted((a, b) => a.created_at - b.created_at)[0];
  if (oldest !== undefined && all.length >= EVENTS_MAX) {
    await work.tx.belongings.remove(oldest.id);
    await work.tx.belongings.remove(acknowledgementId(oldest.id));
  }
  const id = `us_evt_x${base62(16, work.entropy)}`;
  const times = { created_at: work.now, updated_at: work.now };
  await work.tx.belongings.put({ id, kind: 'event', object_id: environment.id, name: id, value, ...times });
  return ok(id);
}

export async function acknowledgeEvent(work: Work, id: string, by: By): Promise<Result<void>> {
  const events = await eventsSeen(work, {}, by);
  if (!events.ok) return events;
  const event = events.value.find((one) => one.id === id);
  if (event === undefined) return fail(fault('not_found', 'there is no such event; GET /events lists them'));
  const place = await livePlace(work, event.place);
  if (!place.ok) return place;
  const allowed = authorize(by.principal, 'events:write', targetOf(place.value));
  if (!allowed.ok) return allowed;
  if (event.acknowledged !== undefined) return ok(undefined);
  await work.tx.belongings.put({
    ...{
      id: acknowledgementId(id),
      kind: 'acknowledgement',
      object_id: place.value.environment.id,
      name: id,
    },
    ...{ value: canonicalJson({ by: by.principal.id }), created_at: work.now, updated_at: work.now },
  });
  return ok(undefined);
}

const acknowledgementId = (eventId: string): string => eventId.replace(/^us_evt_/, 'us_ack_');

const byIn = ({ value }: BelongingRow): string => (JSON.parse(value) as { readonly by: string }).by;

const eventIn = ({ id, value, created_at }: BelongingRow): Event => ({
  ...(JSON.parse(value) as NewEvent & Pick<Event, 'actorId'>),
  ...{ id, at: created_at, acknowledged: undefined },
});

const isWanted = (event: Event, query: EventQuery): boolean =>
  [undefined, event.place.environmentId].includes(query.environmentId) &&
  [undefined, event.place.spaceId].includes(query.spaceId) &&
  [undefined, event.domain].includes(query.domain) &&
  [undefined, event.topic].includes(query.topic) &&
  event.at >= (query.since ?? 0);

interface Place {
  readonly environment: ObjectRow;
  readonly space: ObjectRow | undefined;
}

/** Removed ones too: what happened there is still told. */
async function rowsOf(
  { tx, keyring }: Pick<Reading, 'tx' | 'keyring'>,
  events: readonly Event[],
): Promise<Result<ReadonlyMap<string, ObjectRow>>> {
  const ids = new Set(events.flatMap(({ place }) => [place.environmentId, place.spaceId ?? []].flat()));
  const rows = new Map<string, ObjectRow>();
  for (const row of await tx.objects.byIds([...ids])) {
    const checked = genuine({ keyring }, row);
    if (!checked.ok) return checked;
    rows.set(row.id, row);
  }
  return ok(rows);
}

function maySee(principal: Principal, at: EventPlace, rows: ReadonlyMap<string, ObjectRow>): boolean {
  const environment = rows.get(at.environmentId);
  const space = at.spaceId === undefined ? undefined : rows.get(at.spaceId);
  if (environment === undefined || (at.spaceId !== undefined && space === undefined)) return false;
  return authorize(principal, 'events:read', targetOf({ environment, space }, at.workbookId)).ok;
}

/** `not_found` also for a space of another environment. */
async function livePlace(
  work: { readonly tx: Transaction; readonly keyring: Work['keyring'] },
  { environmentId, spaceId }: EventPlace,
): Promise<Result<Place>> {
  const rows = await work.tx.objects.byIds([environmentId, spaceId ?? environmentId]);
  const found = (id: string, kind: string): ObjectRow | undefined =>
    rows.find((row) => row.id === id && row.kind === kind && row.removed_at === null);
  const environment = found(environmentId, 'Environment');
  const space = spaceId === undefined ? undefined : found(spaceId, 'Space');
  if (environment === undefined || (spaceId !== undefined && space === undefined)) return ELSEWHERE;
  for (const row of [environment, ...(space ? [space] : [])]) {
    const checked = genuine(work, row);
    if (!checked.ok) return checked;
  }
  if (space !== undefined && spaceIn(space).spec.environment !== environment.name) return ELSEWHERE;
  return ok({ environment, space });
}

const ELSEWHERE = fail(fault('not_found', 'there is no such environment, or no such space in it'));

/** Whoever is let into one workbook reads what happened to that one. */
function targetOf({ environment, space }: Place, ofWorkbook?: string): Target {
  if (space === undefined) return { kind: 'environment', environment: environment.name };
  const { metadata, spec } = spaceIn(space);
  const workbook = spec.workbooks?.find((one) => workbookId(space.id, one) === ofWorkbook);
  return {
    kind: 'place',
    place: {
      environment: environment.name,
      space: { name: metadata.name, id: space.id },
      ...(workbook !== undefined && { workbook }),
    },
  };
}

const spaceIn = (row: ObjectRow) => declarationOf(row) as DeclarationOf<'Space'>;
