/**
 * Delete: the object becomes a tombstone, its name is free, and a key's versions end after the overlap,
 * which verifiers enforce even if no controller is left (contract.md, fine print 2).
 */

import { fault } from '../domain/errors.js';
import { type ObjectRef, refText } from '../domain/objects.js';
import { fail, ok, type Result } from '../domain/result.js';
import { type DurationMs, formatInstant } from '../domain/time.js';
import type { Outcome } from '../ports/live-store.js';
import { appliedAfter } from './applied.js';
import { deliveriesText } from './deliveries.js';
import { dependentsOf } from './dependents.js';
import { guestAccessDiff } from './events/guest-access-diff.js';
import { genuine, keyOf, saveKey, saveObject } from './key-repository.js';
import { endVersions } from './revoke.js';
import { declarationOf, refOfRow } from './rows.js';
import type { ObjectRow } from './storage-port.js';
import { changed, moved, type UnitOfWork, unchanged } from './unit-of-work.js';
import { refuseLastOwner, removeAlone } from './users.js';

export interface DeleteRequest {
  readonly object: ObjectRef;
  readonly overlapMs: DurationMs;
  readonly revision: number;
}

/** `moved`, `in_use` while other objects need it, or `conflict` for the last owner. Deleted already: nothing changes. */
export async function remove(work: UnitOfWork, request: DeleteRequest): Promise<Result<Outcome>> {
  const { object, overlapMs, revision } = request;
  const row = await work.tx.objects.find(object.kind, object.name);
  if (row === undefined) return removedBefore(work, object);
  const checked = genuine(work, row);
  if (!checked.ok) return checked;
  if (row.revision !== revision) return fail(moved(object));
  if (row.kind === 'ApiKey') return removeKey(work, row, overlapMs);
  const inUse = await refuseInUse(work, object);
  if (!inUse.ok) return inUse;
  if (row.kind === 'User') return removeUser(work, row);
  if (row.kind === 'Environment') {
    const ended = await removeAutomaticKeys(work, object, overlapMs);
    if (!ended.ok) return ended;
  }
  // What was secret in it is of no use any more, and would be in every backup.
  if (row.kind === 'Environment' || row.kind === 'Space') await work.tx.secrets.removeIn(row.id);
  const saved = await saveObject(
    work,
    { ...row, removed_at: work.now, ...appliedAfter(work, row) },
    {
      action: 'object.deleted',
      detail: { ...(await guestAccessDiff(work.tx, declarationOf(row), undefined)) },
    },
  );
  return saved.ok ? changed(saved.value) : saved;
}

async function removeUser(work: UnitOfWork, row: ObjectRow): Promise<Result<Outcome>> {
  const refused = await refuseLastOwner(work, row, undefined);
  return refused.ok ? removeAlone(work, row) : refused;
}

async function removedBefore(work: UnitOfWork, object: ObjectRef): Promise<Result<Outcome>> {
  const [tombstone] = await work.tx.objects.tombstones(object.kind, object.name);
  return tombstone ? unchanged(tombstone) : fail(fault('not_found', `there is no ${refText(object)}`));
}

async function removeKey(work: UnitOfWork, row: ObjectRow, overlapMs: DurationMs): Promise<Result<Outcome>> {
  const key = await keyOf(work, row);
  if (!key.ok) return key;
  const endsAt = work.now + overlapMs;
  const after = {
    ...key.value,
    row: {
      ...row,
      removed_at: work.now,
      deliveries: deliveriesText([], 0),
      ...appliedAfter(work, row),
    },
    versions: endVersions(key.value.versions, endsAt, work.now),
  };
  const saved = await saveKey(
    work,
    { before: key.value, after },
    { action: 'object.deleted', detail: { endsAt } },
  );
  return saved.ok ? changed(saved.value) : saved;
}

/** What came with an environment goes with it; anything else has to go first. */
async function refuseInUse(work: UnitOfWork, object: ObjectRef): Promise<Result<void>> {
  const dependents = await dependentsOf(work.tx, object, work.now);
  const [first] = dependents.filter(({ origin, diesWithIt }) => origin !== 'system' && diesWithIt !== true);
  if (first === undefined) return ok(undefined);
  const until =
    first.endsAt === undefined ? '' : ` until its last version ends at ${formatInstant(first.endsAt)}`;
  return fail(
    fault(
      'in_use',
      `${refText(object)} is used by ${refText(first.ref)}${until}; remove its dependents first`,
    ),
  );
}

async function removeAutomaticKeys(
  work: UnitOfWork,
  environment: ObjectRef,
  overlapMs: DurationMs,
): Promise<Result<void>> {
  const rows = await work.tx.objects.referring(environment.kind, environment.name);
  for (const row of rows.filter(({ removed_at }) => removed_at === null)) {
    const { kind, name } = refOfRow(row);
    const ended = await remove(work, { object: { kind, name }, overlapMs, revision: row.revision });
    if (!ended.ok) return ended;
  }
  return ok(undefined);
}
