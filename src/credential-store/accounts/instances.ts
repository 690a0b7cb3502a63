/** Who serves this store and who follows it: noted when they say so, forgotten when they do not any more. */
import { ok, type Result } from '../../domain/result.js';
import { DAY_MS } from '../../domain/time.js';
import type { Instance } from '../../ports/accounts.js';
import type { UnitOfWork } from '../unit-of-work.js';
import { LATE_MS } from './coverage.js';

/** Neither seen nor asked for after that. */
const KEPT_MS = 7 * DAY_MS;
/** Many short processes do not fill the store: only the newest are kept. */
const INSTANCES_MAX = 1_000;

export async function seen(
  { tx, now }: Pick<UnitOfWork, 'tx' | 'now'>,
  instance: Instance,
): Promise<Result<void>> {
  const { startedAt, revision, clockSkewMs = null, usesUntil = null, ...row } = instance;
  const behind = revision === undefined ? null : Math.max(0, (await tx.audit.lastSeq()) - revision);
  await tx.accounting.putInstance(
    {
      ...{ ...row, started_at: startedAt, last_seen_at: now, behind },
      ...{ clock_skew_ms: clockSkewMs, uses_until: usesUntil, steady_since: now },
    },
    now - LATE_MS,
  );
  await tx.accounting.forgetInstances(now - KEPT_MS);
  const all = await tx.accounting.instances();
  const oldest = all.map((one) => one.last_seen_at).sort((a, b) => b - a)[INSTANCES_MAX - 1];
  if (all.length > INSTANCES_MAX && oldest !== undefined) await tx.accounting.forgetInstances(oldest);
  return ok(undefined);
}
