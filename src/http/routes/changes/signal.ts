/** Signals that the store has changed. A change that happens between two waits is remembered. */
import type { DurationMs } from '../../../domain/time.js';
import type { Clock } from '../../../ports/clock.js';
import type { LiveStore } from '../../../ports/live-store.js';

export interface ChangeSignal {
  /** Returns true if there was a change since the last wait or within `ms`; false otherwise, and when `over` aborts. */
  within(ms: DurationMs): Promise<boolean>;
  stop(): void;
}

export function changeSignal(store: Pick<LiveStore, 'watch'>, clock: Clock, over: AbortSignal): ChangeSignal {
  let hasChanged = false;
  let notify = (): void => undefined;
  const stop = store.watch(() => {
    hasChanged = true;
    notify();
  });
  return {
    stop,
    within: async (ms) => {
      const waiting = new AbortController();
      const wake = () => waiting.abort();
      notify = wake;
      over.addEventListener('abort', wake, { once: true });
      if (hasChanged || over.aborted) wake();
      await clock.sleep(ms, waiting.signal).catch(() => undefined);
      over.removeEventListener('abort', wake);
      const answer = hasChanged;
      hasChanged = false;
      return answer;
    },
  };
}
