/** Create: a declaration becomes a live object. An environment brings its two automatic keys along. */
import { fault } from '../domain/errors.js';
import type { Ownership } from '../domain/live.js';
import { type Declaration, declarationDigest, refOf, refText } from '../domain/objects.js';
import { fail, type Result } from '../domain/result.js';
import type { Outcome } from '../ports/live-store.js';
import { forgetRemoved } from './applied.js';
import { makeAutomaticKeys } from './automatic-keys.js';
import { insertObject, type NewObject } from './insert-object.js';
import { ownershipOf } from './rows.js';
import { changed, type UnitOfWork, unchanged } from './unit-of-work.js';

export interface Creation {
  readonly declaration: Declaration;
  readonly ownership: Ownership;
  readonly automaticKeys?: 'none';
}

/** `exists` unless the live object is what was asked for; `unknown_reference`. */
export async function create(
  work: UnitOfWork,
  { declaration, ownership, automaticKeys }: Creation,
): Promise<Result<Outcome>> {
  const ref = refOf(declaration);
  const existing = await work.tx.objects.find(ref.kind, ref.name);
  if (existing) {
    const owner = ownershipOf(existing);
    const isSame =
      existing.digest === declarationDigest(declaration) &&
      owner?.project === ownership.project &&
      owner.manager === ownership.manager;
    return isSame
      ? unchanged(existing)
      : fail(fault('exists', `${refText(ref)} already exists; plan again to update or adopt it`));
  }
  return make(work, { declaration, ownership, origin: 'declared' }, automaticKeys);
}

/** An object that no project declares. `exists`, or `unknown_reference`. */
export async function manualCreate(
  work: UnitOfWork,
  { declaration, inviterId }: Pick<NewObject, 'declaration' | 'inviterId'>,
): Promise<Result<Outcome>> {
  const ref = refOf(declaration);
  if (await work.tx.objects.find(ref.kind, ref.name))
    return fail(fault('exists', `${refText(ref)} already exists; choose another name`));
  return make(work, { declaration, ownership: undefined, origin: 'manual', inviterId });
}

async function make(work: UnitOfWork, object: NewObject, automaticKeys?: 'none'): Promise<Result<Outcome>> {
  const { declaration } = object;
  const row = await insertObject(work, object);
  if (!row.ok) return row;
  const made = await forgetRemoved(work, refOf(declaration));
  if (!made.ok) return made;
  if (declaration.kind === 'Environment' && automaticKeys !== 'none') {
    const keys = await makeAutomaticKeys(work, declaration);
    if (!keys.ok) return keys;
  }
  return changed(row.value.revision);
}
