/**
 * Restoring a backup restores no sign-in: the credentials of people and guests, and what has ended, was used up or lost
 * its person since the backup, stays ended. For good, also where a person was only away: they make a new one.
 */
import { ok, type Result } from '../../domain/result.js';
import type { ObjectRow, Transaction } from '../storage-port.js';
import type { UnitOfWork } from '../unit-of-work.js';
import { CREDENTIAL_KINDS, endCredential, genuineCredential } from './credentials.js';

/** By id, those that are no longer accepted. No MAC is checked: an ending grants nothing. */
export async function endedCredentials(
  tx: Transaction,
  isAbsent: (holder: ObjectRow) => boolean,
): Promise<ReadonlySet<string>> {
  const ended = new Set<string>();
  for (const kind of CREDENTIAL_KINDS) {
    const rows = await tx.credentials.ofKind(kind);
    const holders = await tx.objects.byIds([...new Set(rows.map(({ holder_id }) => holder_id))]);
    const absent = new Set(holders.filter(isAbsent).map(({ id }) => id));
    for (const { id, holder_id, ended_at, spent_at } of rows)
      if (ended_at !== null || spent_at !== null || absent.has(holder_id)) ended.add(id);
  }
  return ended;
}

/** Ends them again, each with its entry. */
export async function endCredentialsAgain(
  work: UnitOfWork,
  ended: ReadonlySet<string>,
): Promise<Result<void>> {
  for (const kind of CREDENTIAL_KINDS)
    for (const row of await work.tx.credentials.ofKind(kind)) {
      if (!ended.has(row.id) || row.ended_at !== null) continue;
      const checked = genuineCredential(work, row);
      if (!checked.ok) return checked;
      const again = await endCredential(work, row, 'credential.ended-before');
      if (!again.ok) return again;
    }
  return ok(undefined);
}
