/**
 * What each project applied last. That is the live declaration, unless the object was changed or removed
 * manually since: then the row keeps what was applied, until a reconciler touches the object again.
 */
import type { Ownership } from '../domain/live.js';
import { type Declaration, type ObjectRef, refOf, refText, sortedByRef } from '../domain/objects.js';
import { ok, type Result } from '../domain/result.js';
import { genuine } from './key-repository.js';
import { declarationOf, ownershipOf, refOfRow, signObject } from './rows.js';
import type { ObjectRow, Transaction } from './storage-port.js';
import type { UnitOfWork } from './unit-of-work.js';

/** The column for a row that is to become `next`, or a tombstone. */
export function appliedAfter(
  { isApply }: Pick<UnitOfWork, 'isApply'>,
  row: ObjectRow,
  next?: string,
): Pick<ObjectRow, 'applied'> {
  if (isApply || row.project === null) return { applied: null };
  const applied = row.applied ?? row.declaration;
  return { applied: applied === next ? null : applied };
}

/** A project declares an object of that name anew: what it had there before, and was removed, is made up for. */
export async function forgetRemoved(work: UnitOfWork, { kind, name }: ObjectRef): Promise<Result<void>> {
  if (!work.isApply) return ok(undefined);
  for (const row of await work.tx.objects.tombstones(kind, name)) {
    if (row.applied === null) continue;
    const checked = genuine(work, row);
    if (!checked.ok) return checked;
    await work.tx.objects.update(signObject({ ...row, applied: null }, work.keyring));
  }
  return ok(undefined);
}

/** Those who have applied anything that was not taken away since, by project and manager. */
export async function ownersIn(tx: Transaction): Promise<Result<readonly Ownership[]>> {
  return ok((await tx.objects.owners()).flatMap((row) => ownershipOf(row) ?? []));
}

/** What they applied last, sorted by `compareRefs`, each name once. `store_tampered` if a row was changed. */
export async function appliedBy(
  { tx, keyring }: Pick<UnitOfWork, 'tx' | 'keyring'>,
  owner: Ownership,
): Promise<Result<readonly Declaration[]>> {
  const byName = new Map<string, Declaration>();
  for (const row of await tx.objects.declaredBy(owner)) {
    const checked = genuine({ keyring }, row);
    if (!checked.ok) return checked;
    const declaration = declarationOf({ declaration: row.applied ?? row.declaration });
    const name = refText(refOf(declaration));
    // Renamed or removed manually, and made anew since: the live one of that name is what was applied.
    const isThere = row.removed_at === null && refText(refOfRow(row)) === name;
    if (isThere || !byName.has(name)) byName.set(name, declaration);
  }
  const named = [...byName.values()].map((declaration) => ({ ref: refOf(declaration), declaration }));
  return ok(sortedByRef(named).map(({ declaration }) => declaration));
}
