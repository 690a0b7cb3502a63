/**
 * Renames an object, which keeps everything it has under the other name, because all that belongs to it hangs on its
 * id. What other objects say of it follows in the same transaction, so that no key loses its owner or environment
 * for a moment. Each object whose declaration follows has an entry; its revision stays, for it means what it meant.
 */
import { fault } from '../domain/errors.js';
import { kindOf, OBJECT_KINDS } from '../domain/kinds/index.js';
import { type Declaration, declarationDigest, type ObjectRef, refText } from '../domain/objects.js';
import { type NewNames, nameAfter, withNewReferences } from '../domain/renaming.js';
import { fail, ok, type Result } from '../domain/result.js';
import { appliedAfter } from './applied.js';
import { record } from './audit-log.js';
import { RENAMED } from './history.js';
import { peopleColumns } from './insert-object.js';
import { genuine, loadObject } from './key-repository.js';
import { findReferred } from './references.js';
import { declarationOf, declarationText, refOfRow, signObject } from './rows.js';
import type { ObjectRow } from './storage-port.js';
import type { Entry, UnitOfWork } from './unit-of-work.js';

/** What an update speaks of: the object under its former name, or under the new one where the rename was done before. */
export async function rowToUpdate(
  work: UnitOfWork,
  ref: ObjectRef,
  former: ObjectRef | undefined,
): Promise<Result<ObjectRow>> {
  if (former === undefined) return loadObject(work, ref);
  const row = await loadObject(work, former);
  if (!row.ok) return row.error.code === 'not_found' ? loadObject(work, ref) : row;
  if ((await work.tx.objects.find(ref.kind, ref.name)) === undefined) return row;
  return fail(
    fault(
      'exists',
      `${refText(former)} cannot be renamed: ${refText(ref)} already exists; choose another name`,
    ),
  );
}

/** The entry of an update, which is one of a rename where the name changes; then the former name gets one too. */
export async function entryOfUpdate(
  work: UnitOfWork,
  row: ObjectRow,
  { name, detail }: { readonly name: string; readonly detail: Entry['detail'] },
): Promise<Result<Entry>> {
  if (row.name === name) return ok({ action: 'object.updated', detail });
  const recorded = await record(work, row, { action: RENAMED, detail: { to: name } });
  return recorded.ok ? ok({ action: RENAMED, detail: { from: row.name, ...detail } }) : recorded;
}

/** Lets everything that names `former` name `next`, which it is called already. */
export const follow = (work: UnitOfWork, former: ObjectRef, next: ObjectRef): Promise<Result<void>> =>
  followAll(work, former, { former, next });

/** The same of what names a person by an address that is no longer theirs, so that it still means them. */
export async function followAddress(
  work: UnitOfWork,
  row: ObjectRow,
  next: ObjectRow,
): Promise<Result<void>> {
  const { kind } = refOfRow(row);
  if (row.alias === null || next.alias === null || row.alias === next.alias) return ok(undefined);
  const names = { former: { kind, name: row.alias }, next: { kind, name: next.alias } };
  return followAll(work, refOfRow(next), names);
}

async function followAll(
  work: UnitOfWork,
  named: ObjectRef,
  { former, next }: { readonly former: ObjectRef; readonly next: ObjectRef },
): Promise<Result<void>> {
  const referring = await work.tx.objects.referring(named.kind, named.name);
  const rank = ({ kind }: ObjectRow): number => OBJECT_KINDS.indexOf(refOfRow({ kind, name: '' }).kind);
  // Spaces before the guests who are let into them.
  for (const { id } of [...referring].sort((a, b) => rank(a) - rank(b))) {
    const row = await work.tx.objects.byId(id);
    const checked = row && genuine(work, row);
    if (checked === undefined) continue;
    if (!checked.ok) return checked;
    const followed = await followOne(work, checked.value, { former, next });
    if (!followed.ok) return followed;
  }
  return ok(undefined);
}

async function followOne(
  work: UnitOfWork,
  row: ObjectRow,
  { former, next }: { readonly former: ObjectRef; readonly next: ObjectRef },
): Promise<Result<void>> {
  const before = declarationOf(row);
  const names: NewNames = new Map([[refText(former), next]]);
  const after = await renamed(work, row, withNewReferences(before, names));
  await work.tx.objects.replaceReferences(row.id, await referencesOf(work, row, after.declaration));
  // By address or id it means the same as ever.
  if (after.declaration === before) return ok(undefined);
  const digest = declarationDigest(after.declaration);
  const declaration = declarationText(after.declaration);
  const applied = appliedFollowing(work, row, { declaration, names });
  const changed = { ...row, name: after.name, declaration, digest, applied };
  // Versions of removed keys still need their owner; nothing else of a tombstone changes.
  if (row.removed_at === null) {
    const detail = {
      digest,
      previousDigest: row.digest,
      because: `${refText(former)} was renamed to ${refText(next)}`,
    };
    const entry = await entryOfUpdate(work, row, { name: after.name, detail });
    const recorded = entry.ok ? await record(work, changed, entry.value) : entry;
    if (!recorded.ok) return recorded;
  }
  const { alias } = peopleColumns(after.declaration, work.now);
  // When a key is due depends on its name; looking at it anew is never wrong.
  const quiet_until = row.kind === 'ApiKey' && row.name !== after.name ? 0 : row.quiet_until;
  await work.tx.objects.update(signObject({ ...changed, alias, quiet_until }, work.keyring));
  return ok(undefined);
}

/** A reconciler's rename is one of documents, and what they said last follows. A manual rename leaves them as they were. */
function appliedFollowing(
  work: UnitOfWork,
  row: ObjectRow,
  { declaration, names }: { readonly declaration: string; readonly names: NewNames },
): string | null {
  const { applied } = row;
  if (work.isApply)
    return applied && declarationText(withNewReferences(declarationOf({ declaration: applied }), names));
  return row.removed_at === null ? appliedAfter(work, row, declaration).applied : applied;
}

/** An automatic key keeps its name when another key has the one that would follow. */
async function renamed(
  work: UnitOfWork,
  row: ObjectRow,
  followed: Declaration,
): Promise<{ readonly name: string; readonly declaration: Declaration }> {
  const before = declarationOf(row);
  const { ref, declaration } = nameAfter({ origin: row.origin, declaration: before }, followed);
  const isSame = row.removed_at !== null || ref.name === row.name;
  if (isSame || (await work.tx.objects.find(row.kind, ref.name)) !== undefined)
    return { name: row.name, declaration: followed };
  return { name: ref.name, declaration };
}

/** What is gone is named as it stands: a tombstone may outlive whom it names. */
async function referencesOf(work: UnitOfWork, { id }: ObjectRow, { kind, spec }: Declaration) {
  const named: { object_id: string; kind: string; name: string }[] = [];
  for (const reference of kindOf(kind).references(spec)) {
    const found = await findReferred(work.tx, reference);
    named.push({ object_id: id, kind: reference.kind, name: found?.name ?? reference.name });
  }
  return named;
}
