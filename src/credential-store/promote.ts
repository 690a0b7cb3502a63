/** Promote: the label `current` moves to a version that every declared sink is confirmed to hold. */

import { fault } from '../domain/errors.js';
import { type ApiKeySpec, sinkIdOf } from '../domain/kinds/index.js';
import { isAlive } from '../domain/lifecycle.js';
import { CLAIM_RECIPIENT } from '../domain/live.js';
import { type ObjectRef, refText } from '../domain/objects.js';
import { fail, type Result } from '../domain/result.js';
import type { ConfirmedDelivery, Outcome } from '../ports/live-store.js';
import { deliveriesText } from './deliveries.js';
import { loadKey, type StoredKey, saveKey } from './key-repository.js';
import { versionFactsOf } from './rows.js';
import type { VersionRow } from './storage-port.js';
import { changed, moved, type UnitOfWork, unchanged } from './unit-of-work.js';

export interface PromoteRequest {
  readonly object: ObjectRef;
  readonly generation: number;
  readonly deliveries: readonly ConfirmedDelivery[];
}

/** `moved` if the version does not exist, has ended or was overtaken; `not_confirmed` if a sink is missing. */
export async function promote(work: UnitOfWork, request: PromoteRequest): Promise<Result<Outcome>> {
  const { object, generation, deliveries } = request;
  const key = await loadKey(work, object);
  if (!key.ok) return key;
  const { row, spec, versions } = key.value;
  const version = versions.find((one) => one.generation === generation);
  if (version === undefined) return fail(moved(object, `version ${generation} does not exist`));
  if (version.promoted_at !== null) return unchanged(row);
  if (!isAlive(versionFactsOf(version), work.now))
    return fail(moved(object, `version ${generation} has ended`));
  if (versions.some((one) => one.generation > generation && one.promoted_at !== null))
    return fail(moved(object, `a version newer than ${generation} is current`));
  if (!coversExactly(spec, deliveries, version.fingerprint))
    return fail(
      fault(
        'not_confirmed',
        `${refText(object)}: the sinks confirmed to hold version ${generation} are not the declared ones; plan again to deliver it`,
      ),
    );
  return promoteVersion(work, key.value, request);
}

async function promoteVersion(
  work: UnitOfWork,
  key: StoredKey,
  request: PromoteRequest,
): Promise<Result<Outcome>> {
  const { row, spec, versions } = key;
  const { generation, deliveries } = request;
  const after = versions.map((version) => {
    if (version.generation === generation) return current(version, work.now);
    return version.generation < generation ? retiring(version, work.now) : version;
  });
  const revision = await saveKey(
    work,
    {
      before: key,
      after: { row: { ...row, deliveries: deliveriesText(deliveries, generation) }, spec, versions: after },
    },
    { action: 'key.promoted', detail: { generation, sinks: deliveries.map(({ sink }) => sink) } },
  );
  return revision.ok ? changed(revision.value) : revision;
}

/** The envelope has done its work, unless the secret is yet to be claimed. */
function current(version: VersionRow, now: number): VersionRow {
  const waits = version.recipient === CLAIM_RECIPIENT && version.clear === null;
  return { ...version, promoted_at: now, ...(waits ? {} : { sealed: null, recipient: null }) };
}

const retiring = (version: VersionRow, now: number): VersionRow =>
  version.retiring_at !== null || !isAlive(versionFactsOf(version), now)
    ? version
    : { ...version, retiring_at: now };

function coversExactly(
  spec: ApiKeySpec,
  deliveries: readonly ConfirmedDelivery[],
  fingerprint: string,
): boolean {
  const declared = new Set((spec.deliver ?? []).map(sinkIdOf));
  const confirmed = new Set(deliveries.map(({ sink }) => sink));
  return (
    declared.size === confirmed.size &&
    deliveries.length === confirmed.size &&
    deliveries.every((one) => declared.has(one.sink) && one.fingerprint === fingerprint)
  );
}
