/** The audit entries about one object, also from when it had other names. */
import { parsedRow } from './storage-port/broken-row.js';
import type { AuditRow, Transaction } from './storage-port.js';

export interface ObjectName {
  readonly kind: string;
  readonly name: string;
}

export interface HistoryPage {
  readonly since: number;
  readonly limit: number;
}

/** The action of both entries of a rename: under the former name it says `to`, under the new one `from`. */
export const RENAMED = 'object.renamed';

/** Names followed back: a caller that keeps swapping names must not keep the server busy for ever. */
const NAMES_MAX = 100;

/** Rows that are read together, however few are asked for. */
const ROWS_PAGE = 1_000;

/** Entries after `since`, oldest first, at most `limit`: under its name, and under each former one until the rename. */
export async function historyRows(
  tx: Transaction,
  object: ObjectName,
  page: HistoryPage,
): Promise<readonly AuditRow[]> {
  const names = [{ ...object, until: Number.POSITIVE_INFINITY }];
  const found: AuditRow[] = [];
  for (const { until, ...name } of names) {
    const rows = (await everything(tx, name)).filter(({ seq }) => seq < until);
    for (const row of rows) {
      const from = formerName(row);
      if (from !== undefined && names.length < NAMES_MAX)
        names.push({ kind: object.kind, name: from, until: row.seq });
    }
    found.push(...rows);
  }
  const after = [...new Map(found.map((row) => [row.seq, row])).values()].filter(
    ({ seq }) => seq > page.since,
  );
  return after.sort((a, b) => a.seq - b.seq).slice(0, page.limit);
}

/** From the beginning: a rename that was before the page decides what is in it. */
async function everything(tx: Transaction, name: ObjectName): Promise<readonly AuditRow[]> {
  const rows: AuditRow[] = [];
  for (;;) {
    const page = await tx.audit.pageOf(name, { since: rows.at(-1)?.seq ?? 0, limit: ROWS_PAGE });
    rows.push(...page);
    if (page.length < ROWS_PAGE) return rows;
  }
}

function formerName({ action, detail }: AuditRow): string | undefined {
  if (action !== RENAMED) return undefined;
  const { from } = parsedRow<{ readonly from?: unknown }>(detail, 'an audit entry');
  return typeof from === 'string' ? from : undefined;
}
