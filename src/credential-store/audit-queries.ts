/** Reading the audit log: as entries, as the feed of changes, and as a chain that must hold. */

import { fault } from '../domain/errors.js';
import { isObjectKind } from '../domain/kinds/index.js';
import { fail, ok, type Result } from '../domain/result.js';
import type { AuditEntry, Change } from '../ports/live-store.js';
import { entryHash, genesisHash, type Head, readHead } from './audit-log.js';
import { historyRows } from './history.js';
import type { Keyring } from './keyring.js';
import { refOfRow } from './rows.js';
import { parsedRow } from './storage-port/broken-row.js';
import type { AuditRow, Storage, Transaction } from './storage-port.js';

/** No answer grows without end. */
const PAGE_MAX = 1_000;

export interface AuditQuery {
  readonly since?: number;
  /** `ApiKey/billing-prod`; entries from before it was renamed count. */
  readonly object?: string;
  readonly limit?: number;
}

/** Entries after `since`, oldest first. */
export async function readAudit(tx: Transaction, query: AuditQuery): Promise<Result<readonly AuditEntry[]>> {
  const page = { since: query.since ?? 0, limit: Math.min(query.limit ?? PAGE_MAX, PAGE_MAX) };
  if (query.object === undefined) return ok((await tx.audit.page(page.since, page.limit)).map(entryOf));
  const [kind = '', ...name] = query.object.split('/');
  return ok((await historyRows(tx, { kind, name: name.join('/') }, page)).map(entryOf));
}

/** The same entries, as what changed: every effect on an object is on one. */
export async function readChanges(
  tx: Transaction,
  page: { readonly since: number; readonly limit: number },
): Promise<Result<readonly Change[]>> {
  const rows = await tx.audit.page(page.since, Math.min(page.limit, PAGE_MAX));
  return ok(
    rows
      .filter((row) => isObjectKind(row.object_kind))
      .map((row) => ({
        seq: row.seq,
        at: row.at,
        object: refOfRow({ kind: row.object_kind, name: row.object_name }),
        action: row.action,
      })),
  );
}

/** Walks the chain page by page up to the head as it is now, showing each entry; writers are not held up. */
export async function verifyAudit(
  storage: Storage,
  keyring: Keyring,
  show: (row: AuditRow) => void = () => undefined,
): Promise<Result<{ readonly entries: number; readonly head: string }>> {
  const head = await storage.read(async (tx) => {
    const known = await readHead(tx, keyring);
    if (!known.ok) return fail(fault('audit_broken', known.error.message));
    const last = await tx.audit.lastSeq();
    return last > known.value.seq ? broken(known.value.seq + 1, 'was added outside Keywright') : known;
  });
  if (!head.ok) return head;
  let at: Head = { seq: 0, hash: genesisHash };
  while (at.seq < head.value.seq) {
    const since = at;
    const limit = Math.min(PAGE_MAX, head.value.seq - since.seq);
    const rows = await storage.read(async (tx) => ok(await tx.audit.page(since.seq, limit)));
    if (!rows.ok) return rows;
    const next = follow(since, rows.value);
    if (!next.ok) return next;
    at = next.value;
    for (const row of rows.value) show(row);
    if (at.seq === head.value.seq && at.hash !== head.value.hash) return broken(at.seq, 'was rewritten');
  }
  return ok({ entries: head.value.seq, head: head.value.hash });
}

/** From one entry to the last of the rows after it. */
function follow(since: Head, rows: readonly AuditRow[]): Result<Head> {
  if (rows.length === 0) return broken(since.seq + 1, 'is missing');
  let at = since;
  for (const row of rows) {
    if (row.seq !== at.seq + 1) return broken(at.seq + 1, 'is missing');
    if (row.previous_hash !== at.hash || row.hash !== entryHash(row)) return broken(row.seq, 'was rewritten');
    at = row;
  }
  return ok(at);
}

const broken = (seq: number, what: string): Result<never> =>
  fail(fault('audit_broken', `the audit chain does not hold: entry ${seq} ${what}; compare with an export`));

const entryOf = (row: AuditRow): AuditEntry => ({
  seq: row.seq,
  at: row.at,
  actor: row.actor,
  path: row.path,
  action: row.action,
  object: `${row.object_kind}/${row.object_name}`,
  detail: parsedRow<AuditEntry['detail']>(row.detail, `audit entry ${row.seq}`),
  previousHash: row.previous_hash,
  hash: row.hash,
});
