/** GET /audit: who did what, when and by which path, over all environments. */
import { Type } from 'typebox';
import { fault } from '../../../domain/errors.js';
import { fail, ok, type Result } from '../../../domain/result.js';
import { formatInstant, parseInstant } from '../../../domain/time.js';
import type { AuditEntry, LiveStore } from '../../../ports/live-store.js';
import { json, route } from '../../route.js';
import { closed, Instant, nullable, PAGE_DEFAULT, PAGE_MAX } from '../../schemas.js';

const Entry = Type.Object(
  {
    seq: Type.Integer({ description: 'Counts from 1 without gaps.' }),
    at: Instant,
    actor: Type.String(),
    path: Type.String({
      description: 'The path it was made by: `cli:revoke`, `apply`, `http:POST /keys/{id}/revoke`.',
    }),
    action: Type.String({ description: '`key.issued`, `object.updated`, …' }),
    object: Type.String({ description: '`ApiKey/billing-prod`.' }),
    detail: Type.Record(Type.String(), Type.Unknown()),
    previousHash: Type.String(),
    hash: Type.String({ description: 'Of this entry and the previous hash.' }),
  },
  closed,
);

const query = Type.Object(
  {
    since: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
        description: 'Entries after this number.',
      }),
    ),
    cursor: Type.Optional(
      Type.String({
        pattern: '^[0-9]{1,15}$',
        maxLength: 15,
        description: 'The `nextCursor` of the previous page. Takes precedence over `since`.',
      }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: PAGE_MAX, default: PAGE_DEFAULT })),
    object: Type.Optional(Type.String({ maxLength: 200, description: '`ApiKey/billing-prod`.' })),
    actor: Type.Optional(
      Type.String({ maxLength: 300, description: '`User/ada`, `Guest/production/auditor`.' }),
    ),
    actorKind: Type.Optional(
      Type.Enum(['User', 'Guest', 'ApiKey'], { description: 'Users, guests or keys.' }),
    ),
    action: Type.Optional(Type.String({ maxLength: 100 })),
    from: Type.Optional(Instant),
    until: Type.Optional(
      Type.String({ format: 'date-time', maxLength: 40, description: 'Before this instant.' }),
    ),
  },
  closed,
);

export const auditRoute = route({
  method: 'GET',
  path: '/audit',
  id: 'listAuditEntries',
  tag: 'audit',
  summary: 'The audit log, oldest first.',
  permission: 'audit:read',
  query,
  answer: Type.Object({
    data: Type.Array(Entry),
    nextCursor: nullable(Type.String({ description: 'The cursor as a string.' })),
    nextSince: nullable(
      Type.Integer({ description: 'Send it as `since` to continue; null at the end of the log.' }),
    ),
  }),
  handle: async ({ query }, { store }) => {
    const { cursor, limit = PAGE_DEFAULT, object, actor, action } = query;
    const since = cursor === undefined ? (query.since ?? 0) : Number(cursor);
    const [from, until] = [instantOf(query.from), instantOf(query.until)];
    if (from !== undefined && until !== undefined && from > until)
      return fail(fault('bad_request', 'query.from is after query.until'));
    const narrowing = [actor, action, query.actorKind, from, until];
    const page = await entries(store, {
      ...{ since, limit, object },
      // One more than is shown tells whether there are more.
      atOnce: narrowing.every((one) => one === undefined) ? limit + 1 : READ_AT_ONCE,
      matches: (entry) =>
        [undefined, entry.actor].includes(actor) &&
        [undefined, kindOfActor(entry)].includes(query.actorKind) &&
        [undefined, entry.action].includes(action) &&
        (from === undefined || entry.at >= from) &&
        (until === undefined || entry.at < until),
    });
    if (!page.ok) return page;
    const { data, nextSince } = page.value;
    return json({
      data: data.map((entry) => ({ ...entry, at: formatInstant(entry.at) })),
      ...{ nextCursor: nextSince === null ? null : String(nextSince), nextSince },
    });
  },
});

const kindOfActor = ({ actor }: AuditEntry): string => actor.slice(0, Math.max(0, actor.indexOf('/')));

const instantOf = (text: string | undefined): number | undefined => {
  const parsed = text === undefined ? undefined : parseInstant(text);
  return parsed?.ok ? parsed.value : undefined;
};

interface Wanted {
  readonly since: number;
  readonly limit: number;
  readonly object: string | undefined;
  readonly atOnce: number;
  matches(entry: AuditEntry): boolean;
}

/** Where most of what is read is passed over. */
const READ_AT_ONCE = 1_000;
/** Read and passed over in one request, at most. */
const SCANNED_MAX = 20_000;

async function entries(
  store: LiveStore,
  { since, limit, object, atOnce, matches }: Wanted,
): Promise<Result<{ readonly data: readonly AuditEntry[]; readonly nextSince: number | null }>> {
  const data: AuditEntry[] = [];
  let at = since;
  for (let scanned = 0; scanned < SCANNED_MAX; ) {
    const read = await store.audit({
      since: at,
      limit: atOnce,
      ...(object !== undefined && { object }),
    });
    if (!read.ok) return read;
    for (const entry of read.value) {
      if (data.length === limit) return ok({ data, nextSince: at });
      at = entry.seq;
      if (matches(entry)) data.push(entry);
    }
    if (read.value.length < atOnce) return ok({ data, nextSince: null });
    scanned += read.value.length;
  }
  return ok({ data, nextSince: at });
}
