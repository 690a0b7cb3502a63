/** How many requests a connection gets: eight at a time, and as many a second as it is declared to take. */
import type { Clock } from '../ports/clock.js';

/** Runs work when its turn has come. */
export interface Gate {
  <T>(work: () => Promise<T>): Promise<T>;
  /** Does a request wait because of how many a second are allowed? */
  isLimiting?(): boolean;
}

const AT_ONCE = 8;

export function gateOf(
  requestsPerSecond: number | undefined,
  clock: Pick<Clock, 'monotonicMs' | 'sleep'>,
): Gate {
  const gapMs = requestsPerSecond === undefined ? 0 : 1000 / requestsPerSecond;
  const waiting: (() => void)[] = [];
  let active = 0;
  let nextAt = 0;
  let held = 0;
  const leave = (): void => {
    const next = waiting.shift();
    if (next) next();
    else active--;
  };
  const run = async <T>(work: () => Promise<T>): Promise<T> => {
    if (active < AT_ONCE) active++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      const now = clock.monotonicMs();
      const at = Math.max(now, nextAt);
      nextAt = at + gapMs;
      if (at > now) {
        held++;
        await clock.sleep(at - now).finally(() => held--);
      }
      return await work();
    } finally {
      leave();
    }
  };
  return Object.assign(run, { isLimiting: () => held > 0 });
}
