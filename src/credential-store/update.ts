/** Update and adopt: what changes about an object is its declaration, or only whose it is. */

import { fault } from '../domain/errors.js';
import { type Kind, kindOf } from '../domain/kinds/index.js';
import type { Ownership } from '../domain/live.js';
import { meaningOf, meansSame, type OwnNames } from '../domain/meaning.js';
import { refuseUnfitNames } from '../domain/names.js';
import {
  type Declaration,
  declarationDigest,
  isId,
  type ObjectRef,
  refOf,
  refText,
} from '../domain/objects.js';
import { fail, ok, type Result } from '../domain/result.js';
import type { Outcome } from '../ports/live-store.js';
import { appliedAfter, forgetRemoved } from './applied.js';
import { guestAccessDiff } from './events/guest-access-diff.js';
import { peopleColumns } from './insert-object.js';
import { keyOf, loadObject, saveKey, saveObject } from './key-repository.js';
import { refuseUnknownWords } from './permission-words.js';
import { liveReferences, ownNames, refuseTakenAlias } from './references.js';
import { entryOfUpdate, follow, followAddress, rowToUpdate } from './rename.js';
import { declarationOf, declarationText, ownershipOf, refOfRow } from './rows.js';
import { refuseToken, refuseUpdate } from './rules.js';
import type { ObjectRow } from './storage-port.js';
import { changed, type Entry, moved, type UnitOfWork, unchanged } from './unit-of-work.js';
import { emitPersonalKeyChanges } from './users.js';

export interface UpdateRequest {
  readonly declaration: Declaration;
  /** Absent: whose it is stays as it is. */
  readonly ownership?: Ownership;
  readonly revision: number;
  /** What it is called until now, where the declaration has another name. */
  readonly former?: ObjectRef;
}

/**
 * `moved`, `exists` for a name that is taken, `unknown_reference`, `in_use` for a part that others name, or `conflict` when only a replacement can
 * change what differs, or a rule of the kind stands against it (rules.ts).
 */
export async function update(work: UnitOfWork, change: UpdateRequest): Promise<Result<Outcome>> {
  const { declaration, ownership, revision } = change;
  const unfit = refuseUnfitNames(declaration, ownership);
  if (unfit) return fail(unfit);
  const ref = refOf(declaration);
  const found = await rowToUpdate(work, ref, change.former);
  if (!found.ok) return found;
  const row = found.value;
  const digest = declarationDigest(declaration);
  const isTheirs = ownership === undefined || isOwnedBy(row, ownership);
  if (row.digest === digest && isTheirs) return unchanged(row);
  if (row.revision !== revision) return fail(moved(ref));
  const clean = refuseToken(declaration);
  if (!clean.ok) return clean;
  const references = await liveReferences(work, declaration);
  if (!references.ok) return references;
  const known = await refuseUnknownWords(work, declaration, declarationOf(row));
  if (!known.ok) return known;
  if (isId(declaration.metadata.name) && declaration.metadata.name !== row.name)
    return fail(
      fault('bad_request', `${refText(ref)}: a name cannot begin as ids do, with us_; choose another`),
    );
  const fixed = fixedField(
    declaration,
    declarationOf(row),
    await ownNames(work.tx, [declaration, declarationOf(row)]),
  );
  if (fixed !== undefined)
    return fail(
      fault(
        'conflict',
        `${refText(ref)}: spec.${fixed} cannot change; delete the object and create it again`,
      ),
    );
  const taken = await refuseTakenAlias(work, declaration, row);
  if (!taken.ok) return taken;
  const refused = await refuseUpdate(work, row, declaration);
  if (!refused.ok) return refused;
  const { alias, granted_at } = peopleColumns(declaration, work.now);
  await work.tx.objects.replaceReferences(
    row.id,
    references.value.map(({ kind, name }) => ({ object_id: row.id, kind, name })),
  );
  const next = {
    ...row,
    name: ref.name,
    declaration: declarationText(declaration),
    digest,
    ...ownership,
    ...appliedAfter(work, row, declarationText(declaration)),
    alias,
    granted_at: row.granted_at ?? granted_at,
  };
  const opened = await guestAccessDiff(work.tx, declarationOf(row), declaration);
  const detail = { digest, previousDigest: row.digest, ...ownership, ...opened };
  const entry = await entryOfUpdate(work, row, { name: ref.name, detail });
  if (!entry.ok) return entry;
  const saved = await save(work, next, entry.value);
  if (!saved.ok) return saved;
  const made = await forgetRemoved(work, ref);
  if (!made.ok) return made;
  const followed = row.name === ref.name ? ok(undefined) : await follow(work, refOfRow(row), ref);
  if (!followed.ok || row.kind !== 'User') return followed.ok ? saved : followed;
  const readdressed = await followAddress(work, row, next);
  if (!readdressed.ok) return readdressed;
  const emitted = await emitPersonalKeyChanges(work, row, next);
  return emitted.ok ? saved : emitted;
}

/** Takes over without touching: `moved` if it is not as it was seen. */
export async function adopt(
  work: UnitOfWork,
  request: { readonly object: ObjectRef; readonly ownership: Ownership; readonly revision: number },
): Promise<Result<Outcome>> {
  const { object, ownership, revision } = request;
  const found = await loadObject(work, object);
  if (!found.ok) return found;
  const row = found.value;
  const unfit = refuseUnfitNames(declarationOf(row), ownership);
  if (unfit) return fail(unfit);
  if (isOwnedBy(row, ownership)) return unchanged(row);
  if (row.revision !== revision) return fail(moved(object));
  const { project, manager } = row;
  const made = await forgetRemoved(work, object);
  if (!made.ok) return made;
  return save(
    work,
    { ...row, ...ownership, applied: null },
    {
      action: 'object.adopted',
      detail: { ...ownership, previousProject: project, previousManager: manager },
    },
  );
}

async function save(work: UnitOfWork, row: ObjectRow, entry: Entry): Promise<Result<Outcome>> {
  const revision =
    row.kind === 'ApiKey' ? await saveDeclared(work, row, entry) : await saveObject(work, row, entry);
  return revision.ok ? changed(revision.value) : revision;
}

/** A key's declaration says when it next needs a look, so its versions are loaded. */
async function saveDeclared(work: UnitOfWork, row: ObjectRow, entry: Entry): Promise<Result<number>> {
  const key = await keyOf(work, row);
  return key.ok ? saveKey(work, { before: key.value, after: key.value }, entry) : key;
}

const isOwnedBy = (row: ObjectRow, ownership: Ownership): boolean => {
  const owner = ownershipOf(row);
  return owner?.project === ownership.project && owner.manager === ownership.manager;
};

/** The first field that differs in meaning though its kind is replaced by a change of it. */
function fixedField(next: Declaration, previous: Declaration, names: OwnNames): string | undefined {
  const kind: Kind = kindOf(next.kind);
  const [after, before] = [meaningOf(next, names), meaningOf(previous, names)];
  const field = (declaration: Declaration, name: string): unknown =>
    (declaration.spec as Readonly<Record<string, unknown>>)[name];
  return kind.replacedBy.find((name) => !meansSame(field(after, name), field(before, name)));
}
