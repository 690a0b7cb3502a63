/** What people ask of a key: rotate it, confirm its hand-over, stop it in an emergency and start it again. */
import { fault } from '../domain/errors.js';
import { isAccepted } from '../domain/lifecycle.js';
import { type ObjectRef, refText } from '../domain/objects.js';
import { fail, type Result } from '../domain/result.js';
import { parseToken, type Secret } from '../domain/secret.js';
import type { Instant } from '../domain/time.js';
import type { Outcome } from '../ports/live-store.js';
import { loadKey, type StoredKey, saveKey } from './key-repository.js';
import { isSameMac, refOfRow, versionFactsOf } from './rows.js';
import type { ObjectRow } from './storage-port.js';
import { changed, type Entry, type UnitOfWork, unchanged } from './unit-of-work.js';

/** Met by any version issued later; asking again while it is unmet changes nothing. */
export async function requestRotation(
  work: UnitOfWork,
  { object }: { readonly object: ObjectRef },
): Promise<Result<Outcome>> {
  const key = await loadKey(work, object);
  if (!key.ok) return key;
  const { row, versions } = key.value;
  const newest = versions.at(-1)?.issued_at ?? 0;
  if (row.rotation_requested_at !== null && row.rotation_requested_at > newest) return unchanged(row);
  // Later than the newest version also when both fall in one millisecond, or nothing would be due.
  const at = Math.max(work.now, newest + 1);
  return saveFacts(work, key.value, {
    facts: { rotation_requested_at: at },
    entry: { action: 'key.rotation-requested', detail: {} },
  });
}

/** `possession_required` unless `proof` is the token of the newest version, and accepted. */
export async function acknowledge(
  work: UnitOfWork,
  { object, proof }: { readonly object: ObjectRef; readonly proof: Secret },
): Promise<Result<Outcome>> {
  const key = await loadKey(work, object);
  if (!key.ok) return key;
  const { row, versions } = key.value;
  const newest = versions.at(-1);
  const isProven =
    newest !== undefined &&
    parseToken(proof.reveal()) !== undefined &&
    isSameMac(newest.token_mac, work.keyring.tokenMac(proof)) &&
    isAccepted(versionFactsOf(newest), work.now);
  if (!isProven)
    return fail(
      fault(
        'possession_required',
        `the proof does not match the newest version of ${refText(refOfRow(row))}; provide the token that its consumers use now`,
      ),
    );
  const { generation } = newest;
  if (row.acknowledged_generation === generation) return unchanged(row);
  return saveFacts(work, key.value, {
    facts: { acknowledged_generation: generation },
    entry: { action: 'key.acknowledged', detail: { generation } },
  });
}

/** The emergency stop: of the key, so that no rotation gets around it. */
export const deactivate = (work: UnitOfWork, { object }: { readonly object: ObjectRef }) =>
  stop(work, object, work.now);

export const activate = (work: UnitOfWork, { object }: { readonly object: ObjectRef }) =>
  stop(work, object, null);

async function stop(work: UnitOfWork, object: ObjectRef, at: Instant | null): Promise<Result<Outcome>> {
  const key = await loadKey(work, object);
  if (!key.ok) return key;
  const { row } = key.value;
  if ((row.deactivated_at === null) === (at === null)) return unchanged(row);
  return saveFacts(work, key.value, {
    facts: { deactivated_at: at },
    entry: { action: at === null ? 'key.activated' : 'key.deactivated', detail: {} },
  });
}

async function saveFacts(
  work: UnitOfWork,
  key: StoredKey,
  { facts, entry }: { readonly facts: Partial<ObjectRow>; readonly entry: Entry },
): Promise<Result<Outcome>> {
  const after = { ...key, row: { ...key.row, ...facts } };
  const saved = await saveKey(work, { before: key, after }, entry);
  return saved.ok ? changed(saved.value) : saved;
}
