/**
 * What follows when people come, change and go: the account always has an owner, and the keys that a person
 * has live and die with them. Keys are bound to the person by id: a person who gets that name or address later is
 * another one.
 */
import { fault } from '../domain/errors.js';
import { foldEmail } from '../domain/kinds/index.js';
import type { OwnerStatus } from '../domain/live.js';
import {
  type Declaration,
  type DeclarationOf,
  declarationDigest,
  type ObjectRef,
  refText,
} from '../domain/objects.js';
import { fail, ok, type Result } from '../domain/result.js';
import { isActiveOwner } from '../domain/users.js';
import type { Outcome } from '../ports/live-store.js';
import { appliedAfter } from './applied.js';
import { endSignedIn } from './identity/credentials.js';
import { emitKeyChange, genuine, keyOf, loadObject, saveObject } from './key-repository.js';
import { liveReferences } from './references.js';
import { holdAdministrators } from './removal-limits.js';
import { declarationOf, declarationText, ownerStatusOf, refOfRow } from './rows.js';
import type { ObjectRow } from './storage-port.js';
import { changed, type UnitOfWork } from './unit-of-work.js';

/**
 * `conflict` if no active person would own the account any more, `refused` if too few administrators would remain; `next` is
 * undefined when the person goes.
 */
export async function refuseLastOwner(
  work: UnitOfWork,
  row: ObjectRow,
  next: Declaration | undefined,
): Promise<Result<void>> {
  if (!isOwner(declarationOf(row)) || (next && isOwner(next))) return holdAdministrators(work, row, next);
  for (const other of await work.tx.objects.ofKind('User')) {
    if (other.id === row.id) continue;
    const checked = genuine(work, other);
    if (!checked.ok) return checked;
    if (isOwner(declarationOf(checked.value))) return holdAdministrators(work, row, next);
  }
  return fail(
    fault(
      'conflict',
      `${refText(refOfRow(row))} is the last active owner of the account; make another user an owner first`,
    ),
  );
}

const isOwner = (declaration: Declaration): boolean =>
  declaration.kind === 'User' && isActiveOwner(declaration.spec);

const OWNER_ACTIONS: Readonly<Record<OwnerStatus, string>> = {
  active: 'key.owner-activated',
  deactivated: 'key.owner-deactivated',
  deleted: 'key.owner-deleted',
};

/**
 * Writes into each live key of a person how that person stands from now on, so that verifiers, plans and the
 * key's own story know. Nothing to do unless it is another status than `before`.
 */
export async function emitPersonalKeyChanges(
  work: UnitOfWork,
  before: ObjectRow,
  after: ObjectRow,
): Promise<Result<void>> {
  const status = ownerStatusOf(after);
  if (status === ownerStatusOf(before)) return ok(undefined);
  if (status !== 'active') {
    // Who is let go does not come back by what they had before, also once they are active again.
    const ended = await endSignedIn(work, after.id);
    if (!ended.ok) return ended;
  }
  const owned = await work.tx.objects.ownedBy(after.id);
  for (const row of owned.filter(({ removed_at }) => removed_at === null)) {
    const checked = genuine(work, row);
    if (!checked.ok) return checked;
    const key = await keyOf(work, checked.value);
    if (!key.ok) return key;
    const entry = {
      action: OWNER_ACTIONS[status],
      detail: { person: refText(refOfRow(after)), personId: after.id },
    };
    const emitted = await emitKeyChange(work, key.value, entry);
    if (!emitted.ok) return emitted;
  }
  return ok(undefined);
}

/**
 * Takes a person out of every team and out of the account, whatever documents say: for a caller who
 * must not wait. `not_found`; `conflict` for the last active owner; deleted already: nothing changes.
 */
export async function removePerson(
  work: UnitOfWork,
  { object }: { readonly object: ObjectRef },
): Promise<Result<Outcome>> {
  const found = await loadObject(work, object);
  if (!found.ok) return found;
  const refused = await refuseLastOwner(work, found.value, undefined);
  if (!refused.ok) return refused;
  for (const row of await work.tx.objects.referring('User', found.value.name)) {
    if (row.kind !== 'Team' || row.removed_at !== null) continue;
    const left = await leaveTeam(work, row, found.value);
    if (!left.ok) return left;
  }
  return removeAlone(work, found.value);
}

/** Makes a person a tombstone who is in no team, and ends the keys that are theirs. */
export async function removeAlone(work: UnitOfWork, row: ObjectRow): Promise<Result<Outcome>> {
  const gone = { ...row, removed_at: work.now, ...appliedAfter(work, row) };
  const saved = await saveObject(work, gone, { action: 'object.deleted', detail: {} });
  if (!saved.ok) return saved;
  const emitted = await emitPersonalKeyChanges(work, row, gone);
  return emitted.ok ? changed(saved.value) : emitted;
}

async function leaveTeam(work: UnitOfWork, row: ObjectRow, person: ObjectRow): Promise<Result<void>> {
  const checked = genuine(work, row);
  if (!checked.ok) return checked;
  const team = declarationOf(checked.value) as DeclarationOf<'Team'>;
  const members = (team.spec.members ?? []).filter(({ user }) => !isCalled(person, user));
  const declaration: Declaration = { ...team, spec: { ...team.spec, members } };
  const references = await liveReferences(work, declaration);
  if (!references.ok) return references;
  await work.tx.objects.replaceReferences(
    row.id,
    references.value.map(({ kind, name }) => ({ object_id: row.id, kind, name })),
  );
  const digest = declarationDigest(declaration);
  const text = declarationText(declaration);
  const saved = await saveObject(
    work,
    { ...row, declaration: text, digest, ...appliedAfter(work, row, text) },
    { action: 'object.updated', detail: { digest, previousDigest: row.digest } },
  );
  return saved.ok ? ok(undefined) : saved;
}

/** Is it this person that a reference means, by whichever of their names? */
export const isCalled = ({ name, alias, id }: ObjectRow, user: string): boolean =>
  [name, alias, id].includes(foldEmail(user));
