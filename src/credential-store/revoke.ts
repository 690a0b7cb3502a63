/** Ends versions in two ways: those a plan names, at once; and manually, all of them, now or after an overlap. */

import { fault } from '../domain/errors.js';
import { useText, versionsInUse } from '../domain/key-use.js';
import { isAlive } from '../domain/lifecycle.js';
import { isId, type ObjectRef, refText } from '../domain/objects.js';
import { fail, ok, type Result } from '../domain/result.js';
import type { DurationMs, Instant } from '../domain/time.js';
import type { Outcome } from '../ports/live-store.js';
import { isOwnToken, mayDoToKey } from './authorization.js';
import { genuine, keyOf, loadKey, type StoredKey, saveKey } from './key-repository.js';
import { keyFactsOf, versionFactsOf } from './rows.js';
import type { ObjectRow, VersionRow } from './storage-port.js';
import { changed, moved, type UnitOfWork, unchanged } from './unit-of-work.js';

/** Final and at once. `moved` if one of the versions does not exist. */
export async function revoke(
  work: UnitOfWork,
  { object, generations }: { readonly object: ObjectRef; readonly generations: readonly number[] },
): Promise<Result<Outcome>> {
  const key = await loadKey(work, object);
  if (!key.ok) return key;
  const named = new Set(generations);
  const missing = generations.find((one) => !key.value.versions.some(({ generation }) => generation === one));
  if (missing !== undefined) return fail(moved(object, `version ${missing} does not exist`));
  const versions = key.value.versions.map((version) =>
    named.has(version.generation) ? ended(version, work.now, work.now) : version,
  );
  return saveEnded(work, key.value, versions);
}

interface ManualRevoke {
  /** By its id: that key alone. By its name: also those that had it before and run out. */
  readonly object: ObjectRef;
  readonly overlapMs: DurationMs;
  /** This version alone; absent: all of them. */
  readonly tokenId?: string | undefined;
  readonly onlyIfUnused?: boolean | undefined;
}

/**
 * Every version that is alive ends at now + overlap, at the latest: also those of keys of this name that were removed and
 * run out, for an emergency does not ask which one leaked. Each of them is asked about: `forbidden` if the caller may end
 * none. `in_use`.
 */
export async function manualRevoke(
  work: UnitOfWork,
  { object, overlapMs, tokenId, onlyIfUnused }: ManualRevoke,
): Promise<Result<Outcome>> {
  let outcome: Result<Outcome> = fail(fault('not_found', `there is no ${refText(object)}`));
  let refused: Result<never> | undefined;
  // The live one last: its revision is the answer.
  for (const row of (await keysMeant(work, object)).toReversed()) {
    const before: Result<Outcome> = outcome;
    const key = await keyToEnd(work, row, tokenId);
    if (!key.ok) {
      refused ??= key;
      continue;
    }
    if (onlyIfUnused === true) {
      const unused = await refuseUsed(work, key.value, tokenId);
      if (!unused.ok) return unused;
    }
    outcome = await revokeAll(work, row, { overlapMs, tokenId });
    if (!outcome.ok) return outcome;
    if (before.ok && before.value.changed) outcome = changed(outcome.value.revision);
  }
  return outcome.ok ? outcome : (refused ?? outcome);
}

async function keysMeant({ tx }: UnitOfWork, { kind, name }: ObjectRef): Promise<readonly ObjectRow[]> {
  if (isId(name)) {
    const row = await tx.objects.byId(name);
    return row?.kind === kind ? [row] : [];
  }
  const live = await tx.objects.find(kind, name);
  const removed = await tx.objects.tombstones(kind, name);
  return live ? [live, ...removed] : removed;
}

/** `forbidden` and `not_found` for a key that the caller may not end. */
async function keyToEnd(
  work: UnitOfWork,
  row: ObjectRow,
  tokenId: string | undefined,
): Promise<Result<StoredKey>> {
  const checked = genuine(work, row);
  if (!checked.ok) return checked;
  const key = await keyOf(work, row);
  if (!key.ok) return key;
  const isOwn = isOwnToken(work, tokenId) && key.value.versions.some(({ token_id }) => token_id === tokenId);
  const allowed = isOwn ? ok(undefined) : await mayDoToKey(work, row, 'revoke');
  return allowed.ok ? key : allowed;
}

async function refuseUsed(work: UnitOfWork, { row, spec, versions }: StoredKey, tokenId: string | undefined) {
  const named = versions.map(({ token_id }) => token_id);
  const consumers = await work.tx.versions.consumers(named);
  const facts = versions.map((version) =>
    versionFactsOf(
      version,
      consumers.filter(({ token_id }) => token_id === version.token_id).map(({ consumer }) => consumer),
    ),
  );
  const key = keyFactsOf(row, facts, undefined);
  const inUse = versionsInUse(key, spec, work.now).some(({ id }) => tokenId === undefined || id === tokenId);
  return inUse ? fail(fault('in_use', useText(key, spec, work.now))) : ok(undefined);
}

/** Of that key alone, and not of those that had its name before. */
export async function revokeAll(
  work: UnitOfWork,
  row: ObjectRow,
  { overlapMs, tokenId }: Omit<ManualRevoke, 'object'>,
): Promise<Result<Outcome>> {
  const checked = genuine(work, row);
  if (!checked.ok) return checked;
  const key = await keyOf(work, row);
  if (!key.ok) return key;
  const { versions } = key.value;
  const named = versions.filter(({ token_id }) => tokenId === undefined || token_id === tokenId);
  const ending = new Map(
    endVersions(named, work.now + overlapMs, work.now).map((version) => [version.token_id, version]),
  );
  return saveEnded(
    work,
    key.value,
    versions.map((version) => ending.get(version.token_id) ?? version),
  );
}

async function saveEnded(
  work: UnitOfWork,
  key: StoredKey,
  versions: readonly VersionRow[],
): Promise<Result<Outcome>> {
  const touched = versions.filter((version, index) => version !== key.versions[index]);
  if (touched.length === 0) return unchanged(key.row);
  const detail = {
    versions: touched.map(({ generation, token_id, revoked_at }) => ({
      generation,
      tokenId: token_id,
      revokedAt: revoked_at,
    })),
  };
  const saved = await saveKey(
    work,
    { before: key, after: { ...key, versions } },
    { action: 'key.revoked', detail },
  );
  return saved.ok ? changed(saved.value) : saved;
}

/** Those alive at `now` end at `endsAt`, at the latest. Versions that need no change are the same objects. */
export const endVersions = (
  versions: readonly VersionRow[],
  endsAt: Instant,
  now: Instant,
): readonly VersionRow[] =>
  versions.map((version) => (isAlive(versionFactsOf(version), now) ? ended(version, endsAt, now) : version));

/**
 * An end is brought forward, never put off; and a secret that ends is delivered no more. An end that does not lie ahead
 * is noted as a state: the clock of another machine may be behind this one's.
 */
function ended(version: VersionRow, endsAt: Instant, now: Instant): VersionRow {
  const at = Math.min(version.revoked_at ?? endsAt, endsAt);
  const isRevoked = endsAt <= now ? 1 : version.is_revoked;
  if (at === version.revoked_at && isRevoked === version.is_revoked) return version;
  return { ...version, revoked_at: at, is_revoked: isRevoked, sealed: null, recipient: null };
}
