/** How objects and keys are loaded, checked against their MACs, and saved with their audit entry. */
import { fault } from '../domain/errors.js';
import type { ApiKeySpec } from '../domain/kinds/index.js';
import { quietUntil } from '../domain/lifecycle.js';
import { isId, type ObjectRef, refText } from '../domain/objects.js';
import { fail, ok, type Result } from '../domain/result.js';
import { type Instant, NEVER } from '../domain/time.js';
import { record } from './audit-log.js';
import {
  declarationOf,
  isGenuineObject,
  isGenuineVersion,
  keyFactsOf,
  quietUntilOf,
  signObject,
  signVersion,
  tampered,
  versionFactsOf,
} from './rows.js';
import type { ObjectRow, VersionRow } from './storage-port.js';
import type { Entry, UnitOfWork } from './unit-of-work.js';

/** A key with all its versions, oldest first, every row checked. */
export interface StoredKey {
  readonly row: ObjectRow;
  readonly spec: ApiKeySpec;
  readonly versions: readonly VersionRow[];
}

/** The live object of that name or id. No MAC is checked. */
export async function findLive(
  { tx }: Pick<UnitOfWork, 'tx'>,
  { kind, name }: ObjectRef,
): Promise<ObjectRow | undefined> {
  if (!isId(name)) return tx.objects.find(kind, name);
  const row = await tx.objects.byId(name);
  return row?.kind === kind && row.removed_at === null ? row : undefined;
}

/** The live object; `not_found` or `store_tampered`. */
export async function loadObject(work: UnitOfWork, ref: ObjectRef): Promise<Result<ObjectRow>> {
  const row = await findLive(work, ref);
  if (row === undefined) return fail(fault('not_found', `there is no ${refText(ref)}`));
  return genuine(work, row);
}

/** The live key; `conflict` for an object that is not a key. */
export async function loadKey(work: UnitOfWork, ref: ObjectRef): Promise<Result<StoredKey>> {
  const row = await loadObject(work, ref);
  return row.ok ? keyOf(work, row.value) : row;
}

/** The key that a row, already checked, belongs to. */
export async function keyOf(work: UnitOfWork, row: ObjectRow): Promise<Result<StoredKey>> {
  const declaration = declarationOf(row);
  if (declaration.kind !== 'ApiKey') return fail(fault('conflict', `${row.kind}/${row.name} is not a key`));
  const versions = await work.tx.versions.of(row.id);
  const forged = versions.find((version) => !isGenuineVersion(version, work.keyring));
  if (forged) return fail(tampered('version', forged.token_id));
  return ok({ row, spec: declaration.spec, versions });
}

export function genuine(work: Pick<UnitOfWork, 'keyring'>, row: ObjectRow): Result<ObjectRow> {
  return isGenuineObject(row, work.keyring) ? ok(row) : fail(tampered(row.kind, row.id));
}

/** Writes an object that is no key, with its audit entry. Gives the new revision. */
export async function saveObject(work: UnitOfWork, row: ObjectRow, entry: Entry): Promise<Result<number>> {
  const revision = await record(work, row, entry);
  if (!revision.ok) return revision;
  await work.tx.objects.update(
    signObject({ ...row, revision: revision.value, quiet_until: quietUntilOf(row) }, work.keyring),
  );
  return revision;
}

/**
 * Records in a key's history what happened to an object it depends on, and recalculates how long it needs nothing.
 * Its revision stays: nothing of the key itself changed, so what was planned for it holds.
 */
export async function emitKeyChange(work: UnitOfWork, key: StoredKey, entry: Entry): Promise<Result<void>> {
  const recorded = await record(work, key.row, entry);
  if (!recorded.ok) return recorded;
  const quiet_until = await quietUntilOfKey(work, key);
  await work.tx.objects.update(signObject({ ...key.row, quiet_until }, work.keyring));
  return ok(undefined);
}

async function quietUntilOfKey({ tx }: UnitOfWork, { row, spec, versions }: StoredKey): Promise<Instant> {
  if (row.removed_at !== null) return NEVER;
  const person = row.owner_id === null ? undefined : await tx.objects.byId(row.owner_id);
  const facts = keyFactsOf(
    row,
    versions.map((version) => versionFactsOf(version)),
    person,
  );
  return quietUntil(row.name, spec, facts);
}

/**
 * Writes a key as it is `after` the effect, with its audit entry: its row, versions that are new, and
 * versions that differ from those it was loaded with. Gives the new revision.
 */
export async function saveKey(
  work: UnitOfWork,
  keys: { readonly before: StoredKey; readonly after: StoredKey },
  entry: Entry,
): Promise<Result<number>> {
  const { before, after } = keys;
  const revision = await record(work, after.row, entry);
  if (!revision.ok) return revision;
  const quiet_until = await quietUntilOfKey(work, after);
  await work.tx.objects.update(
    signObject({ ...after.row, revision: revision.value, quiet_until }, work.keyring),
  );
  const known = new Map(before.versions.map((version) => [version.token_id, version]));
  for (const version of after.versions) {
    const old = known.get(version.token_id);
    if (old === undefined) await work.tx.versions.insert(signVersion(version, work.keyring));
    else if (old !== version) await work.tx.versions.update(signVersion(version, work.keyring));
  }
  return revision;
}
