/** Extend: a later declared end is given to the newest version, which would die at the one it was issued with. */
import { fault } from '../domain/errors.js';
import { extendedEnd } from '../domain/lifecycle.js';
import { type ObjectRef, refText } from '../domain/objects.js';
import { fail, type Result } from '../domain/result.js';
import { formatInstant, type Instant, NEVER } from '../domain/time.js';
import type { Outcome } from '../ports/live-store.js';
import { loadKey, type StoredKey, saveKey } from './key-repository.js';
import { versionFactsOf } from './rows.js';
import { changed, moved, type UnitOfWork, unchanged } from './unit-of-work.js';

export interface ExtendRequest {
  readonly object: ObjectRef;
  readonly generation: number;
  /** The new end; null: none. */
  readonly expiresAt: Instant | null;
}

/**
 * `moved` unless it is the newest version and the declaration still allows that end; `conflict` when it has ended: an
 * end is final. Nothing is written where it ends no earlier already.
 */
export async function extend(work: UnitOfWork, request: ExtendRequest): Promise<Result<Outcome>> {
  const { object, generation, expiresAt } = request;
  const key = await loadKey(work, object);
  if (!key.ok) return key;
  const { row, spec, versions } = key.value;
  const newest = versions.at(-1);
  if (newest?.generation !== generation)
    return fail(moved(object, `version ${generation} is not the newest`));
  const facts = versionFactsOf(newest);
  if ((facts.expiresAt ?? NEVER) >= (expiresAt ?? NEVER)) return unchanged(row);
  const end = extendedEnd(spec, facts, work.now);
  if (end === undefined)
    return fail(
      fault(
        'conflict',
        `${refText(object)}: version ${generation} has ended or already expires later; plan again`,
      ),
    );
  if ((expiresAt ?? NEVER) > end)
    return fail(
      moved(object, `its declaration allows version ${generation} until ${formatInstant(end)} only`),
    );
  return saveExtended(work, key.value, expiresAt);
}

/** The newest version of a key lives as long as it is declared; undefined where it does already, or has ended. */
export async function extendAsDeclared(
  work: UnitOfWork,
  key: StoredKey,
): Promise<Result<Outcome> | undefined> {
  const newest = key.versions.at(-1);
  const end = newest && extendedEnd(key.spec, versionFactsOf(newest), work.now);
  return end === undefined ? undefined : saveExtended(work, key, end === NEVER ? null : end);
}

async function saveExtended(
  work: UnitOfWork,
  key: StoredKey,
  expiresAt: Instant | null,
): Promise<Result<Outcome>> {
  const versions = key.versions.map((version, at) =>
    at === key.versions.length - 1 ? { ...version, expires_at: expiresAt } : version,
  );
  const { generation, token_id: tokenId } = versions.at(-1) ?? {};
  const saved = await saveKey(
    work,
    { before: key, after: { ...key, versions } },
    { action: 'key.extended', detail: { generation, tokenId, expiresAt } },
  );
  return saved.ok ? changed(saved.value) : saved;
}
