/** Audit entries for people and for the tools that collect them. */
import { withoutTokens } from '../domain/secret.js';
import { formatInstant, NEVER } from '../domain/time.js';
import { VERSION } from '../domain/version.js';
import type { AuditEntry } from '../ports/live-store.js';
import { escaped, tableOf } from './markdown.js';
import { printable, table } from './text-format.js';

export const EXPORT_FORMATS = ['ndjson', 'cloudevents', 'ocsf'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** One line an entry: when, who, by which path, what, about what. Ends with a newline unless empty. */
export function auditText(entries: readonly AuditEntry[]): string {
  if (entries.length === 0) return '';
  return table(entries.map((entry) => cells(entry).map(printable)));
}

/** The same for a pull request or a ticket. */
export function auditMarkdown(entries: readonly AuditEntry[]): string {
  if (entries.length === 0) return '';
  const head = ['Entry', 'When', 'Who', 'Path', 'Action', 'Object', 'Detail'];
  return `${tableOf(
    head,
    entries.map((entry) => cells(entry).map(escaped)),
  )}\n`;
}

const cells = ({ seq, at, actor, path, action, object, detail }: AuditEntry): readonly string[] => [
  ...[String(seq), formatInstant(at), actor, path, action, object],
  detailText(withInstants(detail)),
];

/** For programs: with instants in ISO 8601. What the hash is over has them in milliseconds, as `audit export` does. */
export const auditEntryJson = (entry: AuditEntry) => ({
  ...entry,
  at: formatInstant(entry.at),
  detail: withInstants(entry.detail),
});

/** What the store calls an instant. */
const INSTANT_NAME = /^(?:at|until|since|.+(?:At|Until|From|_at))$/;

/** Instants of the store written out, however deep they are; one that never comes is null. */
export function withInstants(detail: AuditEntry['detail']): AuditEntry['detail'] {
  const written = (name: string, value: unknown): unknown => {
    if (typeof value === 'number' && INSTANT_NAME.test(name))
      return value >= NEVER ? null : formatInstant(value);
    if (Array.isArray(value)) return value.map((one) => written(name, one));
    return typeof value === 'object' && value !== null ? withInstants(value as AuditEntry['detail']) : value;
  };
  return Object.fromEntries(Object.entries(detail).map(([name, value]) => [name, written(name, value)]));
}

const detailText = (detail: AuditEntry['detail']): string =>
  Object.entries(detail)
    .filter(([, value]) => typeof value !== 'object')
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');

/** Gives what makes an entry a line of JSON, its newline included. Ids are unique with `storeId` alone. */
export function exportLines(format: ExportFormat, storeId: string): (entry: AuditEntry) => string {
  const shapes = { ndjson: plain, cloudevents: cloudEvent, ocsf } as const;
  return (entry) => `${withoutTokens(JSON.stringify(shapes[format](entry, storeId)))}\n`;
}

const plain = (entry: AuditEntry) => ({ ...entry, at: formatInstant(entry.at) });

/** CloudEvents 1.0.2, JSON format. `source` is a URI-reference, and `source` with `id` unique. */
function cloudEvent({ at, ...data }: AuditEntry, storeId: string) {
  return {
    specversion: '1.0',
    id: String(data.seq),
    source: `keywright:${storeId}`,
    type: `dev.keywright.${data.action}`,
    subject: data.object,
    time: formatInstant(at),
    datacontenttype: 'application/json',
    data,
  };
}

/** OCSF 1.3, API Activity (class 6003 of category 6): its required attributes, and what else there is to say. */
function ocsf(
  { seq, at, actor, path, action, object, detail, hash, previousHash }: AuditEntry,
  storeId: string,
) {
  const activity = ACTIVITIES.find(([pattern]) => pattern.test(action))?.[1] ?? 99;
  return {
    class_uid: 6003,
    category_uid: 6,
    activity_id: activity,
    type_uid: 600_300 + activity,
    ...(activity === 99 && { activity_name: action }),
    severity_id: 1,
    status_id: action.endsWith('.failed') ? 2 : 1,
    time: at,
    actor: { user: { name: actor } },
    api: { operation: action, service: { name: 'Keywright' } },
    // Required; where the call came from is the way it came by.
    src_endpoint: { name: path },
    resources: [{ name: object, type: object.slice(0, object.indexOf('/')) }],
    metadata: {
      version: '1.3.0',
      uid: hash,
      sequence: seq,
      log_name: 'audit',
      original_time: formatInstant(at),
      product: { name: 'Keywright', vendor_name: 'Keywright', uid: storeId, version: VERSION },
    },
    unmapped: { ...detail, previousHash },
  };
}

/** Create 1, read 2, update 3, delete 4; whatever else there is, 99 with its name. The first that fits. */
const ACTIVITIES: readonly (readonly [RegExp, number])[] = [
  [/deleted|revoked|ended|replaced|rotated/, 4],
  [/created|issued|started|made/, 1],
  [/claimed/, 2],
  [
    /updated|changed|renamed|promoted|adopted|requested|acknowledged|activated|shortened|set|used|accepted|refreshed/,
    3,
  ],
];
