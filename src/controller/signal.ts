/**
 * What wakes the loop. A ring says nothing but that it is worth a look, and any number of them before the next
 * look are one: the queue of passes holds at most one.
 */
import type { DurationMs } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';

export class Signal {
  #isRung = false;
  #hear: (() => void) | undefined;

  readonly ring = (): void => {
    this.#isRung = true;
    this.#hear?.();
  };

  /** Whoever looks now need not be told of what was before. */
  clear(): void {
    this.#isRung = false;
  }

  /** Aborts `rung` as soon as it is rung, or was since the last look. */
  signalledBy(rung: AbortController): void {
    this.#hear = () => rung.abort();
    if (this.#isRung) rung.abort();
  }
}

export interface Wait {
  readonly ms: DurationMs;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Resolves when one of the bells is rung, or was since the last look; when `ms` have passed; or when the signal says so. */
export async function firstSignal(bells: readonly Signal[], { ms, clock, signal }: Wait): Promise<void> {
  const rung = new AbortController();
  const stop = (): void => rung.abort();
  for (const bell of bells) bell.signalledBy(rung);
  signal.addEventListener('abort', stop, { once: true });
  if (!rung.signal.aborted && !signal.aborted && ms > 0)
    await clock.sleep(ms, rung.signal).catch(() => undefined);
  signal.removeEventListener('abort', stop);
}
