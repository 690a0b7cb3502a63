/** Audit entries for people and for the tools that collect them. */
import { formatInstant } from '../domain/time.js';
import type { AuditEntry } from '../ports/live-store.js';
import { printable, table } from './words.js';

export const EXPORT_FORMATS = ['ndjson', 'cloudevents', 'ocsf'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export const isExportFormat = (text: string): text is ExportFormat =>
  EXPORT_FORMATS.some((format) => format === text);

/** One line an entry: when, who, by which path, what, about what. Ends with a newline unless empty. */
export function auditText(entries: readonly AuditEntry[]): string {
  if (entries.length === 0) return '';
  return table(
    entries.map(({ seq, at, actor, path, action, object, detail }) =>
      [String(seq), formatInstant(at), actor, path, action, object, detailText(detail)].map(printable),
    ),
  );
}

const detailText = (detail: AuditEntry['detail']): string =>
  Object.entries(detail)
    .filter(([, value]) => typeof value !== 'object')
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');

/** One entry on one line of JSON. */
export function exportLine(entry: AuditEntry, format: ExportFormat): string {
  if (format === 'cloudevents') return JSON.stringify(cloudEvent(entry));
  return JSON.stringify(format === 'ocsf' ? ocsf(entry) : { ...entry, at: formatInstant(entry.at) });
}

/** CloudEvents 1.0, JSON format. */
function cloudEvent(entry: AuditEntry) {
  const { seq, at, action, object, ...data } = entry;
  return {
    specversion: '1.0',
    id: String(seq),
    source: 'keywright',
    type: `dev.keywright.${action}`,
    subject: object,
    time: formatInstant(at),
    datacontenttype: 'application/json',
    data: { seq, action, object, ...data },
  };
}

/** OCSF 1.x, API Activity (class 6003): create 1, read 2, update 3, delete 4, other 99. */
function ocsf({ seq, at, actor, path, action, object, detail, hash }: AuditEntry) {
  const activity = ACTIVITIES.find(([pattern]) => pattern.test(action))?.[1] ?? 99;
  return {
    class_uid: 6003,
    category_uid: 6,
    activity_id: activity,
    type_uid: 600_300 + activity,
    severity_id: 1,
    status_id: 1,
    time: at,
    actor: { user: { name: actor } },
    api: { operation: action, service: { name: path } },
    resources: [{ name: object }],
    metadata: {
      version: '1.3.0',
      uid: hash,
      sequence: seq,
      product: { name: 'Keywright', vendor_name: 'Keywright' },
    },
    unmapped: detail,
  };
}

const ACTIVITIES: readonly (readonly [RegExp, number])[] = [
  [/created|issued/, 1],
  [/claimed/, 2],
  [/deleted|revoked/, 4],
  [/updated|promoted|adopted|requested|acknowledged|activated/, 3],
];
