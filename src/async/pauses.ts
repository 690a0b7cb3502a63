/**
 * Pauses of many steps at once that one signal ends. A signal warns of more than ten listeners, since they are
 * mostly forgotten ones; so the run listens once, for all of its pauses.
 */
import type { DurationMs } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';
import { pause } from './pause.js';

export interface Pauses {
  /** Resolves when so much time has passed or the signal is aborted, whichever is first; never rejects. */
  pause(ms: DurationMs): Promise<void>;
  /** Stops listening to the signal. */
  close(): void;
}

export function pausesUntil(signal: AbortSignal | undefined, clock: Clock): Pauses {
  const pausing = new Set<AbortController>();
  const wake = (): void => {
    for (const one of pausing) one.abort();
  };
  signal?.addEventListener('abort', wake, { once: true });
  return {
    pause: async (ms) => {
      if (signal?.aborted) return;
      const ending = new AbortController();
      pausing.add(ending);
      await pause(clock, ms, ending.signal);
      pausing.delete(ending);
    },
    close: () => signal?.removeEventListener('abort', wake),
  };
}
