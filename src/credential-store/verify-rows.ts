/**
 * Do the rows say what the audit log says? A row that matches its MAC is one that the store wrote; only the log tells
 * whether it is the newest. An attacker who can write to the database and has kept an older row can put that back, and with it
 * a revoked version, a person who was let go, a link that was used up. The log itself must be whole (audit.ts), and not
 * an older one (checkpoint.ts).
 */
import { fault } from '../domain/errors.js';
import { OBJECT_KINDS } from '../domain/kinds/index.js';
import { fail, ok, type Result } from '../domain/result.js';
import { isGenuineReplay } from './accounts/replays.js';
import { type AuditProjection, emptyProjection, project } from './audit-projection.js';
import { verifyAudit } from './audit-queries.js';
import { isGenuineEvent } from './events/signed.js';
import { CREDENTIAL_KINDS, genuineCredential } from './identity/credentials.js';
import { genuine } from './key-repository.js';
import type { Keyring } from './keyring.js';
import { isGenuineMessage } from './outbox/messages.js';
import { isGenuineVersion, tampered } from './rows.js';
import { boxDigest, isGenuineSecret } from './secrets.js';
import type { ObjectRow, Storage, Transaction, VersionRow } from './storage-port.js';

const PAGE = 1_000;

/** The chain, and every row against it. `audit_broken`, or `store_tampered` for a row that is not as the log tells. */
export async function verifyStore(
  storage: Storage,
  keyring: Keyring,
): Promise<Result<{ readonly entries: number; readonly head: string }>> {
  const projection = emptyProjection();
  const chain = await verifyAudit(storage, keyring, (row) => project(projection, row));
  if (!chain.ok) return chain;
  const rows = await storage.read(async (tx) => {
    await catchUp(tx, projection, chain.value.entries);
    for (const verify of ROWS) {
      const verified = await verify(tx, keyring, projection);
      if (!verified.ok) return verified;
    }
    return ok(undefined);
  });
  return rows.ok ? chain : rows;
}

/** What was done while the chain was walked is in the rows already. */
async function catchUp(tx: Transaction, projection: AuditProjection, since: number): Promise<void> {
  for (let at = since; ; ) {
    const page = await tx.audit.page(at, PAGE);
    for (const row of page) project(projection, row);
    const last = page.at(-1);
    if (last === undefined) return;
    at = last.seq;
  }
}

async function verifyObjects(
  tx: Transaction,
  keyring: Keyring,
  projection: AuditProjection,
): Promise<Result<void>> {
  const missing = new Map(projection.objects);
  for (const kind of OBJECT_KINDS)
    for await (const row of rowsOf((after) => tx.objects.page(kind, after, PAGE), byName)) {
      const checked = genuine({ keyring }, row);
      if (!checked.ok) return checked;
      const said = projection.objects.get(`${row.kind}/${row.name}`);
      const isAsTold = said?.digest === row.digest && said.isStopped === (row.deactivated_at !== null);
      if (!isAsTold) return putBack(`${row.kind}/${row.name}`, said?.seq);
      missing.delete(said.name);
    }
  const [lost] = missing.values();
  return lost === undefined ? ok(undefined) : putBack(lost.name, lost.seq);
}

async function verifyVersions(
  tx: Transaction,
  keyring: Keyring,
  projection: AuditProjection,
): Promise<Result<void>> {
  const missing = new Set(projection.issued);
  for await (const row of rowsOf((after) => tx.versions.page(after, PAGE), byToken)) {
    if (!isGenuineVersion(row, keyring)) return fail(tampered('version', row.token_id));
    if (!isEndedAsTold(row, projection)) return putBack(`version ${row.token_id}`);
    missing.delete(row.token_id);
  }
  const [lost] = missing;
  return lost === undefined ? ok(undefined) : putBack(`version ${lost}`);
}

function isEndedAsTold(
  { token_id, revoked_at, expires_at, sealed, clear }: VersionRow,
  projection: AuditProjection,
): boolean {
  if (projection.shown.has(token_id) && sealed !== null && clear === null) return false;
  const ending = projection.endings.get(token_id);
  return ending === undefined || [revoked_at, expires_at].some((at) => at !== null && at <= ending);
}

async function verifyCredentials(
  tx: Transaction,
  keyring: Keyring,
  projection: AuditProjection,
): Promise<Result<void>> {
  for (const kind of CREDENTIAL_KINDS)
    for (const row of await tx.credentials.ofKind(kind)) {
      const checked = genuineCredential({ keyring }, row);
      if (!checked.ok) return checked;
      const ending = projection.credentials.get(row.id);
      if (ending !== undefined && row[ending] === null) return putBack(`credential ${row.id}`);
    }
  return ok(undefined);
}

async function verifySecrets(
  tx: Transaction,
  keyring: Keyring,
  projection: AuditProjection,
): Promise<Result<void>> {
  const missing = new Map([...projection.objects.values()].flatMap(({ secrets }) => [...secrets]));
  for await (const row of rowsOf((after) => tx.secrets.page(after, PAGE), byId)) {
    if (!isGenuineSecret({ keyring }, row)) return fail(tampered('secret', row.id));
    const said = missing.get(row.id);
    if (said?.box !== boxDigest(row)) return putBack(`secret ${row.id}`, said?.seq);
    missing.delete(row.id);
  }
  const [lost] = missing;
  return lost === undefined ? ok(undefined) : putBack(`secret ${lost[0]}`, lost[1].seq);
}

/** The log does not tell what waits to be sent; that what waits is the store's own. */
async function verifyMessages(tx: Transaction, keyring: Keyring): Promise<Result<void>> {
  for await (const row of rowsOf((after) => tx.outbox.page(after, PAGE), byId))
    if (!isGenuineMessage(keyring, row)) return fail(tampered('letter', row.id));
  return ok(undefined);
}

/** The log reports most events too; what clients said is the store's own. */
async function verifyEvents(tx: Transaction, keyring: Keyring): Promise<Result<void>> {
  for await (const row of rowsOf((after) => tx.events.after(after, PAGE), byId))
    if (!isGenuineEvent(row, keyring)) return fail(tampered('event', row.id));
  return ok(undefined);
}

async function verifyReplays(tx: Transaction, keyring: Keyring): Promise<Result<void>> {
  const forged = (await tx.accounting.replays()).find((row) => !isGenuineReplay(row, keyring));
  return forged === undefined ? ok(undefined) : fail(tampered('request', forged.key));
}

const ROWS = [
  verifyObjects,
  verifyVersions,
  verifyCredentials,
  verifySecrets,
  verifyMessages,
  verifyEvents,
  verifyReplays,
] as const;

/** All rows of a table; each page begins after the last row of the one before. */
async function* rowsOf<Row>(
  pageAfter: (after: string) => Promise<readonly Row[]>,
  keyOf: (row: Row) => string,
): AsyncGenerator<Row, void> {
  for (let page = await pageAfter(''); ; ) {
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    page = await pageAfter(keyOf(last));
  }
}

const byId = ({ id }: { readonly id: string }): string => id;
const byName = ({ name }: ObjectRow): string => name;
const byToken = ({ token_id }: VersionRow): string => token_id;

const putBack = (what: string, seq?: number): Result<never> =>
  fail(
    fault(
      'store_tampered',
      `the row of ${what} does not match the audit log${seq === undefined ? '' : ` (entry ${seq})`}: an older row was restored, or a row was removed, ` +
        'outside Keywright; restore a backup, and revoke credentials that cannot be trusted',
    ),
  );
