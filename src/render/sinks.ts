/** The sinks of a project for people and programs: what each holds now. Holds no secret. */
import { API_VERSION } from '../domain/kinds/document-schema.js';
import { refJson, refText } from '../domain/objects.js';
import { withoutTokensIn } from '../domain/secret.js';
import { parseSinkId, sinkPhrase } from '../domain/sinks/index.js';
import { formatInstant } from '../domain/time.js';
import { type SinkRow, sinkStatePhrase } from '../plan/sink-states.js';
import { instantJson } from './key-json.js';
import { escaped, tableOf } from './markdown.js';
import { printable, table } from './text-format.js';

const COLUMNS = ['Type', 'Sink', 'Key', 'Version', 'State', 'Last confirmed', 'Connection'];
const WIDE_COLUMNS = ['Confirmed at', 'Id'];

/** One line a sink. Ends with a newline. */
export const sinksText = (rows: readonly SinkRow[]): string =>
  table([COLUMNS.map((title) => title.toUpperCase()), ...rows.map(cells)]);

/** The same with where the delivery was confirmed, and the sink's id. */
export const sinksWide = (rows: readonly SinkRow[]): string =>
  table([
    [...COLUMNS, ...WIDE_COLUMNS].map((title) => title.toUpperCase()),
    ...rows.map((row) => [...cells(row), printable(row.where ?? ''), printable(row.sink)]),
  ]);

export const sinksMarkdown = (rows: readonly SinkRow[]): string =>
  `${tableOf(
    COLUMNS,
    rows.map((row) => cells(row).map(escaped)),
  )}\n`;

/** The ids, one a line. */
export const sinksNames = (rows: readonly SinkRow[]): string =>
  rows.map(({ sink }) => `${printable(sink)}\n`).join('');

function cells(row: SinkRow): readonly string[] {
  const { sink, key, version, confirmedAt } = row;
  const type = parseSinkId(sink)?.type ?? '';
  return [
    type,
    sinkPhrase(sink).slice(type === '' ? 0 : type.length + 1),
    refText(key),
    version === undefined ? '' : String(version),
    sinkStatePhrase(row),
    confirmedAt === undefined ? 'never' : formatInstant(confirmedAt),
    connectionText(row),
  ].map(printable);
}

function connectionText({ connection, isReachable }: SinkRow): string {
  if (connection === undefined) return '';
  return isReachable ? `${connection} (reachable)` : `${connection} (not reachable)`;
}

/** For programs: what is not known is null. */
export const sinksJson = (rows: readonly SinkRow[]) =>
  withoutTokensIn({ apiVersion: API_VERSION, kind: 'SinkList', items: rows.map(sinkRowJson) });

export const sinkRowJson = (row: SinkRow) => ({
  type: parseSinkId(row.sink)?.type ?? null,
  sink: row.sink,
  key: refJson(row.key),
  version: row.version ?? null,
  state: row.state,
  ...(row.detail !== undefined && { detail: row.detail }),
  confirmedAt: instantJson(row.confirmedAt),
  connection:
    row.connection === undefined ? null : { name: row.connection, isReachable: row.isReachable === true },
});
