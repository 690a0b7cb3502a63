/**
 * The clock of the store. Where several machines share one, ends that lie ahead go by the database's clock and not by
 * each machine's own: its time is heard with every transaction, and runs on by the monotonic clock in between. Before
 * it was heard, and for an embedded store, the time is this machine's.
 */
import type { DurationMs } from '../domain/time.js';
import { SECOND_MS } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';
import type { TimeSample } from '../storage/postgres/pool.js';

/** A machine that is further off is said to be: its own logs and its certificates go by a wrong time. */
export const SKEW_MAX_MS: DurationMs = 2 * SECOND_MS;

/** A sample that is less certain than the last one does not count for so long. */
const KEPT_MS: DurationMs = 10 * SECOND_MS;

export interface StoreClock extends Clock {
  heard(sample: TimeSample): void;
  /** By how much this machine is ahead of the store, or behind it if less than 0. Undefined before its time was heard. */
  skewMs(): DurationMs | undefined;
}

interface Offset {
  /** From our monotonic clock to the store's time. */
  readonly ms: number;
  readonly uncertainMs: number;
  readonly measuredMs: number;
}

export function storeClock(local: Clock): StoreClock {
  let offset: Offset | undefined;
  const now = (): number =>
    offset === undefined ? local.now() : Math.floor(local.monotonicMs() + offset.ms);
  return {
    now,
    monotonicMs: () => local.monotonicMs(),
    sleep: (ms, signal) => local.sleep(ms, signal),
    heard: (sample) => {
      offset = better(offset, offsetOf(sample));
    },
    skewMs: () => (offset === undefined ? undefined : local.now() - now()),
  };
}

export const isStoreClock = (clock: Clock): clock is StoreClock => 'heard' in clock;

/** The server looked at its clock some time between question and answer. */
const offsetOf = ({ storeMs, askedMs, answeredMs }: TimeSample): Offset => ({
  ms: storeMs - (askedMs + answeredMs) / 2,
  uncertainMs: (answeredMs - askedMs) / 2,
  measuredMs: answeredMs,
});

/** The more certain one, unless it is too old or contradicts the new one: a clock was set. */
function better(known: Offset | undefined, heard: Offset): Offset {
  if (known === undefined) return heard;
  const isOld = heard.measuredMs - known.measuredMs > KEPT_MS;
  const isContradicted = Math.abs(heard.ms - known.ms) > heard.uncertainMs + known.uncertainMs + 1;
  return isOld || isContradicted || heard.uncertainMs <= known.uncertainMs ? heard : known;
}
