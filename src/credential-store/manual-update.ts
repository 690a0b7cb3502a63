/**
 * Applies what people change manually, whether or not a project declares it: another declaration, or none. Of an object that a project owns
 * that is drift, which the project's next apply undoes.
 */
import { fault } from '../domain/errors.js';
import { kindOf } from '../domain/kinds/index.js';
import { normalForm } from '../domain/kinds/normal-form.js';
import { exceedsDeclaredExpiry, latestEnd } from '../domain/lifecycle.js';
import { type Declaration, type ObjectRef, refOf, refText } from '../domain/objects.js';
import { fail, ok, type Result } from '../domain/result.js';
import type { Outcome } from '../ports/live-store.js';
import { remove } from './delete.js';
import { extendAsDeclared } from './extend.js';
import { loadKey, loadObject, type StoredKey, saveKey } from './key-repository.js';
import { declarationOf, refOfRow, versionFactsOf } from './rows.js';
import type { ObjectRow, VersionRow } from './storage-port.js';
import { changed, type UnitOfWork } from './unit-of-work.js';
import { update } from './update.js';
import { removePerson } from './users.js';

export interface ManualUpdate {
  readonly declaration: Declaration;
  /** That it was seen with. */
  readonly revision: number;
  /** What it is called until now, where the declaration has another name. */
  readonly former?: ObjectRef;
}

/** Faults as those of `update`. The end that a key is given holds for its versions at once; a later one for the newest. */
export async function manualUpdate(
  work: UnitOfWork,
  { declaration, revision, former }: ManualUpdate,
): Promise<Result<Outcome>> {
  const ref = refOf(declaration);
  if (former !== undefined && former.kind !== ref.kind)
    return fail(fault('conflict', `${refText(former)} cannot become ${refText(ref)}`));
  const isRenamed = former !== undefined && former.name !== ref.name;
  const updated = await update(work, { declaration, revision, ...(isRenamed && { former }) });
  if (!updated.ok || !updated.value.changed || declaration.kind !== 'ApiKey') return updated;
  const key = await loadKey(work, ref);
  if (!key.ok) return key;
  const shortened = await shorten(work, key.value, updated.value);
  if (!shortened.ok) return shortened;
  const now = await loadKey(work, ref);
  return now.ok ? ((await extendAsDeclared(work, now.value)) ?? shortened) : now;
}

async function shorten(work: UnitOfWork, key: StoredKey, updated: Outcome): Promise<Result<Outcome>> {
  const versions = key.versions.map((version) => endingAsDeclared(key, version));
  const shortened = versions.filter((version, index) => version !== key.versions[index]);
  if (shortened.length === 0) return ok(updated);
  const detail = {
    versions: shortened.map(({ generation, token_id, expires_at }) => ({
      generation,
      tokenId: token_id,
      expiresAt: expires_at,
    })),
  };
  const saved = await saveKey(
    work,
    { before: key, after: { ...key, versions } },
    { action: 'key.shortened', detail },
  );
  return saved.ok ? changed(saved.value) : saved;
}

function endingAsDeclared({ spec }: StoredKey, version: VersionRow): VersionRow {
  const facts = versionFactsOf(version);
  return exceedsDeclaredExpiry(spec, facts) ? { ...version, expires_at: latestEnd(spec, facts) } : version;
}

/** Declares these fields, and all else as it is. */
export async function changeFields(work: UnitOfWork, row: ObjectRow, fields: object): Promise<Result<void>> {
  const before = declarationOf(row);
  const spec = normalForm(kindOf(before.kind).schema, { ...before.spec, ...fields });
  const declaration = { ...before, spec } as Declaration;
  const updated = await manualUpdate(work, { declaration, revision: row.revision });
  return updated.ok ? ok(undefined) : updated;
}

/**
 * At once: a key's versions are revoked, a guest's grants are gone, a person leaves their teams and their keys die.
 * `not_found`, `in_use` while something else needs it, `conflict` for the last active owner.
 */
export async function manualRemove(
  work: UnitOfWork,
  { object }: { readonly object: ObjectRef },
): Promise<Result<Outcome>> {
  const row = await loadObject(work, object);
  if (!row.ok) return row;
  const known = refOfRow(row.value);
  if (known.kind === 'User') return removePerson(work, { object: known });
  return remove(work, { object: known, overlapMs: 0, revision: row.value.revision });
}
