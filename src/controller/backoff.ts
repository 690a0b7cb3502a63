/** How long the loop rests after a pass. Chance keeps controllers that failed together from coming back together. */
import { backoffMs, chanceOf } from '../async/backoff.js';
import type { Entropy } from '../domain/entropy.js';
import type { Fault, FaultCode } from '../domain/errors.js';
import type { Result } from '../domain/result.js';
import { type DurationMs, MINUTE_MS, NEVER, SECOND_MS } from '../domain/time.js';
import type { PassFailure } from './documents.js';
import type { PassOutcome } from './pass.js';
import { isWhole } from './status.js';

const FIRST_MS: DurationMs = SECOND_MS;
const LONGEST_MS: DurationMs = 5 * MINUTE_MS;
/** Another process is applying, or was killed at it: over within the lease's five seconds, unless a person is asked there. */
const LOCKED_MS: DurationMs = 500;
const LOCKED_LONG_MS: DurationMs = 5 * SECOND_MS;
const LOCKED_SOON = 10;
/** No timer is longer. */
const DELAY_MAX_MS: DurationMs = 2 ** 31 - 1;
/** These are mended in the documents, whose change is then heard of. */
const OF_DOCUMENTS: ReadonlySet<FaultCode> = new Set(['invalid_documents', 'no_project']);
/** Between two passes, whatever calls. */
export const GAP_MS: DurationMs = 100;
/** So many passes in a row may find something to do; for a world that never comes to rest it backs off. */
const BUSY_MAX = 10;

/** Returns the pause after the nth failure in a row, counted from 1: a second, doubled up to five minutes, less up to a half by chance. */
export const failureBackoffMs = (failures: number, entropy: Entropy): DurationMs =>
  backoffMs({ firstMs: FIRST_MS, longestMs: LONGEST_MS }, failures, chanceOf(entropy));

/** The interval, more or less by up to a tenth. */
const jitteredMs = (intervalMs: DurationMs, entropy: Entropy): DurationMs =>
  Math.min(DELAY_MAX_MS, Math.round(intervalMs * (0.9 + chanceOf(entropy) / 5)));

/** How long to rest, and what may end the rest early. */
interface Pause {
  readonly ms: DurationMs;
  readonly heeds: readonly ('documents' | 'store')[];
}

interface Chance {
  readonly entropy: Entropy;
  readonly intervalMs: DurationMs;
}

/**
 * The controller's own effects notify it of the store too, so that is not heeded while it backs off; changed
 * documents may mend anything.
 */
export function newBackoff({ entropy, intervalMs }: Chance) {
  let failures = 0;
  let busy = 0;
  let locked = 0;
  const interval = (): Pause => ({ ms: jitteredMs(intervalMs, entropy), heeds: ['documents', 'store'] });
  const backoff = (times: number): Pause => ({ ms: failureBackoffMs(times, entropy), heeds: ['documents'] });

  function afterFailure({ code }: Fault): Pause {
    if (code === 'locked') return { ms: ++locked > LOCKED_SOON ? LOCKED_LONG_MS : LOCKED_MS, heeds: [] };
    if (OF_DOCUMENTS.has(code)) return interval();
    const { ms } = backoff(++failures);
    // A watch that was cut off notifies when it is back.
    return { ms, heeds: code === 'store_unreachable' ? ['documents', 'store'] : ['documents'] };
  }

  function afterOutcome(outcome: PassOutcome): Pause {
    const { report, plan, wakeAt } = outcome;
    locked = 0;
    if (!isWhole(outcome)) return backoff(++failures);
    failures = 0;
    busy = report === undefined ? 0 : busy + 1;
    if (busy > BUSY_MAX) return backoff(busy - BUSY_MAX);
    const { ms, heeds } = interval();
    return { ms: wakeAt === NEVER ? ms : Math.min(ms, Math.max(GAP_MS, wakeAt - plan.now)), heeds };
  }

  return {
    after: (passed: Result<PassOutcome, PassFailure>): Pause =>
      passed.ok ? afterOutcome(passed.value) : afterFailure(passed.error.fault),
  };
}
