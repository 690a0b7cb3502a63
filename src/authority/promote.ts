/** Promote: the label `current` moves to a version that every declared sink is confirmed to hold. */

import { fault } from '../domain/errors.js';
import { type ApiKeySpec, sinkIdOf } from '../domain/kinds/index.js';
import { isAlive } from '../domain/lifecycle.js';
import { CLAIM_RECIPIENT } from '../domain/live.js';
import { type ObjectRef, refText } from '../domain/objects.js';
import { fail, type Result } from '../domain/result.js';
import type { ConfirmedDelivery, Outcome } from '../ports/live-store.js';
import { deliveriesText } from './deliveries.js';
import { ended, endingOf } from './revoke.js';
import { versionFactsOf } from './rows.js';
import type { VersionRow } from './storage-port.js';
import { loadKey, type StoredKey, saveKey } from './stored.js';
import { changed, moved, unchanged, type Work } from './work.js';

export interface PromoteRequest {
  readonly object: ObjectRef;
  readonly generation: number;
  readonly deliveries: readonly ConfirmedDelivery[];
}

/** `moved` if the version is not there, has ended or was overtaken; `not_confirmed` if a sink is missing. */
export async function promote(work: Work, request: PromoteRequest): Promise<Result<Outcome>> {
  const { object, generation, deliveries } = request;
  const key = await loadKey(work, object);
  if (!key.ok) return key;
  const { row, spec, versions } = key.value;
  const version = versions.find((one) => one.generation === generation);
  if (version === undefined) return fail(moved(object, `there is no generation ${generation}`));
  if (version.promoted_at !== null) return unchanged(row);
  if (!isAlive(versionFactsOf(version), work.now))
    return fail(moved(object, `generation ${generation} has ended`));
  if (versions.some((one) => one.generation > generation && one.promoted_at !== null))
    return fail(moved(object, `a generation newer than ${generation} is current`));
  if (!coversExactly(spec, deliveries, version.fingerprint))
    return fail(
      fault(
        'not_confirmed',
        `${refText(object)}: not every declared sink, or another one, is confirmed to hold generation ${generation}; plan again to deliver it`,
      ),
    );
  return promoteVersion(work, key.value, request);
}

async function promoteVersion(work: Work, key: StoredKey, request: PromoteRequest): Promise<Result<Outcome>> {
  const { row, spec, versions } = key;
  const { generation, deliveries } = request;
  const after = versions.map((version) => {
    if (version.generation === generation) return current(version, work.now);
    return version.generation < generation ? overtaken(version, work.now) : version;
  });
  const ends = after.filter((version, nth) => version.revoked_at !== versions[nth]?.revoked_at);
  const sinks = deliveries.map(({ sink }) => sink);
  const detail = { generation, sinks, ...(ends.length > 0 && { versions: ends.map(endingOf) }) };
  const told = { ...row, deliveries: deliveriesText(deliveries, generation) };
  const revision = await saveKey(
    work,
    { before: key, after: { row: told, spec, versions: after } },
    { action: 'key.promoted', detail },
  );
  return revision.ok ? changed(revision.value) : revision;
}

/** Does the secret wait to be claimed? One that anybody may see is never waited for. */
const isUnclaimed = ({ recipient, clear }: VersionRow): boolean =>
  recipient === CLAIM_RECIPIENT && clear === null;

/** The envelope has done its work, unless somebody has yet to claim the secret. */
const current = (version: VersionRow, now: number): VersionRow => ({
  ...version,
  promoted_at: now,
  ...(!isUnclaimed(version) && { sealed: null, recipient: null }),
});

/** It goes on until the hand-over is over, unless it was never claimed: then nobody has it, and nobody is to begin with it. */
function overtaken(version: VersionRow, now: number): VersionRow {
  if (!isAlive(versionFactsOf(version), now)) return version;
  if (isUnclaimed(version)) return ended(version, now);
  return version.retiring_at === null ? { ...version, retiring_at: now } : version;
}

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
