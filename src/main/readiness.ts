/**
 * Is a server ready? It tries what it needs to do its work: the store is read, and written, and the memory that
 * verifies may be trusted. What is degraded and no reason to go elsewhere is said beside it.
 */
import { SECOND_MS } from '../domain/time.js';
import type { HttpDependencies, Readiness } from '../http/dependencies.js';
import { within } from '../http/key-verification.js';
import type { Heartbeat } from './heartbeat.js';
import { isStoreClock, SKEW_MAX_MS } from './store-clock.js';

/** A probe that waits longer is counted as failed by its sender. */
const TIMEOUT_MS = SECOND_MS;
/** Anyone may probe, and each look writes: so often at most. */
const LOOK_EVERY_MS = SECOND_MS / 2;

export type Probed = Pick<HttpDependencies, 'store' | 'verifier' | 'clock' | 'stopping'> &
  Pick<Heartbeat, 'beat'> & {
    /** The store is older than its checkpoints. */
    readonly isBehindCheckpoint?: boolean;
  };

export function readinessOf(probed: Probed): () => Promise<Readiness> {
  const { clock } = probed;
  let lookedMs = Number.NEGATIVE_INFINITY;
  let looking: Promise<Readiness> | undefined;
  return () => {
    if (looking === undefined || clock.monotonicMs() - lookedMs >= LOOK_EVERY_MS) {
      lookedMs = clock.monotonicMs();
      looking = look(probed);
    }
    // Stopping is not waited for.
    return probed.stopping.aborted ? look(probed) : looking;
  };
}

async function look({
  store,
  verifier,
  clock,
  stopping,
  beat,
  isBehindCheckpoint,
}: Probed): Promise<Readiness> {
  const isRunning = !stopping.aborted;
  const [read, written] = isRunning
    ? await Promise.all([within(clock, TIMEOUT_MS, store.facts()), within(clock, TIMEOUT_MS, beat())])
    : [];
  const verification = verifier.verify('').code === 'UNAVAILABLE' ? 'failed' : 'ok';
  const storeRead = read?.ok ? 'ok' : 'failed';
  const storeWrite = written?.ok ? 'ok' : 'failed';
  const skewMs = isStoreClock(clock) ? clock.skewMs() : undefined;
  return {
    ready: isRunning && [storeRead, storeWrite, verification].every((one) => one === 'ok'),
    checks: {
      ...{ storeRead, storeWrite, verification },
      usage: verifier.uses().areHeldBack ? 'degraded' : 'ok',
      history: isBehindCheckpoint || verifier.setback() !== undefined ? 'degraded' : 'ok',
      clock: Math.abs(skewMs ?? 0) > SKEW_MAX_MS ? 'degraded' : 'ok',
    },
  };
}
