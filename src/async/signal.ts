/**
 * What wakes a loop. A notification says nothing but that it is worth a look, and any number of them before the next
 * look are one: the queue of looks holds at most one.
 */
import type { DurationMs } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';
import { pause } from './pause.js';

export class Signal {
  #isNotified = false;
  #wake: (() => void) | undefined;

  readonly notify = (): void => {
    this.#isNotified = true;
    this.#wake?.();
  };

  /** Forgets notifications of what the caller looks at now. */
  clear(): void {
    this.#isNotified = false;
  }

  get isNotified(): boolean {
    return this.#isNotified;
  }

  /** Aborts `waking` at the next notification, or now if there was one since `clear`. */
  wake(waking: AbortController): void {
    this.#wake = () => waking.abort();
    if (this.#isNotified) waking.abort();
  }
}

export interface Wait {
  readonly ms: DurationMs;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly signal: AbortSignal;
}

/** Resolves at the first notification, also one since the last look; when `ms` have passed; or when the wait's signal is aborted. */
export async function firstSignal(signals: readonly Signal[], { ms, clock, signal }: Wait): Promise<void> {
  const waking = new AbortController();
  const stop = (): void => waking.abort();
  for (const one of signals) one.wake(waking);
  signal.addEventListener('abort', stop, { once: true });
  if (!waking.signal.aborted && !signal.aborted && ms > 0) await pause(clock, ms, waking.signal);
  signal.removeEventListener('abort', stop);
}
