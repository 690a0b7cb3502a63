/** Wakes whoever waits for the store to change. A ring that nobody waited for is kept. */
import type { DurationMs } from '../../../domain/time.js';
import type { Clock } from '../../../ports/clock.js';
import type { LiveStore } from '../../../ports/live-store.js';

export interface Signal {
  /** True when it rang, before or within `ms`; false when it did not, or all is over. */
  within(ms: DurationMs): Promise<boolean>;
  stop(): void;
}

export function bell(store: Pick<LiveStore, 'watch'>, clock: Clock, over: AbortSignal): Signal {
  let hasRung = false;
  let ring = (): void => undefined;
  const stop = store.watch(() => {
    hasRung = true;
    ring();
  });
  return {
    stop,
    within: async (ms) => {
      const waiting = new AbortController();
      const wake = () => waiting.abort();
      ring = wake;
      over.addEventListener('abort', wake, { once: true });
      if (hasRung || over.aborted) wake();
      await clock.sleep(ms, waiting.signal).catch(() => undefined);
      over.removeEventListener('abort', wake);
      const answer = hasRung;
      hasRung = false;
      return answer;
    },
  };
}
