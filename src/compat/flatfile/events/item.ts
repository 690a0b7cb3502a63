/** An event on the wire, with the topics and domains that Flatfile's client knows and no others. */
import { type Static, type TProperties, Type } from 'typebox';
import { formatInstant } from '../../../domain/time.js';
import { closed, Instant } from '../../../http/schemas.js';
import type { Event } from '../../../ports/events.js';
import { Opaque } from '../environments/item.js';

const made = (noun: string, ...more: readonly string[]): readonly string[] =>
  ['created', 'updated', 'deleted', ...more].map((verb) => `${noun}:${verb}`);

/** Those that the client reads in an answer; the few more that it filters by are in none. */
export const TOPICS: readonly string[] = [
  ...made('agent'),
  ...made('space', 'archived', 'expired', 'guestAdded', 'guestRemoved'),
  ...made('document'),
  ...made('workbook', 'expired'),
  ...made('flag'),
  ...made('sheet', 'counts-updated', 'calculation-updated'),
  'snapshot:created',
  ...made('records'),
  ...made('file', 'expired'),
  ...made('job', 'failed', 'completed', 'ready', 'scheduled', 'outcome-acknowledged', 'parts-completed'),
  ...['program:created', 'program:updated', 'commit:created', 'commit:updated', 'commit:completed'],
  ...made('secret'),
  'layer:created',
  ...made('environment', 'autobuild-created'),
  ...made('action'),
  ...made('data-clip', 'collaborator-updated', 'resolutions-created', 'resolutions-updated'),
  'data-clip:resolutions-refreshed',
  ...made('canvas'),
  ...made('canvas-area'),
];

export const DOMAINS = [
  ...(['file', 'space', 'workbook', 'flag', 'job', 'document', 'sheet', 'program', 'secret'] as const),
  ...(['cron', 'environment', 'data-clip', 'canvas', 'canvas-area', 'thread'] as const),
];

const id = Type.Optional(Type.String({ maxLength: 100 }));
const names = Type.Optional(Type.Array(Type.String({ maxLength: 200 }), { maxItems: 50 }));

/** What else a context may say; kept as it comes. */
const contextFields: TProperties = {
  ...{ sheetId: id, sheetSlug: id, snapshotId: id, versionId: id, commitId: id, jobId: id, programId: id },
  ...{ fileId: id, documentId: id, precedingEventId: id, appId: id, actionId: id, dataClipId: id },
  ...{ threadId: id, actionName: id, entityId: id, namespaces: names },
  slugs: Type.Optional(Opaque),
  filters: Type.Optional(Opaque),
};

const placeFields = {
  environmentId: Type.String({ maxLength: 100 }),
  spaceId: id,
  workbookId: id,
  actorId: id,
};

const memberFields = {
  attributes: Type.Optional(Opaque),
  callbackUrl: Type.Optional(Type.String({ maxLength: 2_000 })),
  dataUrl: Type.Optional(Type.String({ maxLength: 2_000 })),
  target: Type.Optional(Type.String({ maxLength: 200 })),
  origin: Type.Optional(Opaque),
  namespaces: names,
};

export const EventConfig = Type.Object(
  {
    topic: Type.Enum([...TOPICS]),
    domain: Type.Enum([...DOMAINS]),
    context: Type.Object({ accountId: id, ...placeFields, ...contextFields }, closed),
    payload: Opaque,
    deletedAt: Type.Optional(Instant),
    ...memberFields,
  },
  closed,
);

export const EventItem = Type.Object(
  {
    id: Type.String(),
    topic: Type.Enum([...TOPICS]),
    domain: Type.Enum([...DOMAINS]),
    createdAt: Instant,
    payload: Opaque,
    context: Type.Object({ accountId: Type.String(), ...placeFields, ...contextFields }, closed),
    acknowledgedAt: Type.Optional(Instant),
    acknowledgedBy: Type.Optional(Type.String()),
    deletedAt: Type.Optional(Instant),
    ...memberFields,
  },
  closed,
);

/** `context` is kept among the members, for all of it but the scope is opaque. */
export const eventItem = (event: Event, accountId: string): Static<typeof EventItem> => {
  const { context = {}, ...members } = event.members;
  const { environmentId, spaceId, workbookId } = event.place;
  return {
    ...members,
    ...{ id: event.id, topic: event.topic, domain: event.domain as (typeof DOMAINS)[number] },
    createdAt: formatInstant(event.at),
    payload: event.payload,
    context: {
      ...(context as object),
      ...{ accountId, environmentId },
      ...(spaceId !== undefined && { spaceId }),
      ...(workbookId !== undefined && { workbookId }),
      ...(event.actorId !== undefined && { actorId: event.actorId }),
    },
    ...(event.acknowledged && {
      acknowledgedAt: formatInstant(event.acknowledged.at),
      acknowledgedBy: event.acknowledged.by,
    }),
  };
};
