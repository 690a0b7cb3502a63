/** A clock on which time passes only when a test says so; sleepers wake in the right order. */
import type { Clock } from '../../src/ports/clock.js';
import { START } from './store-world.js';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

export class VirtualClock implements Clock {
  #monotonic = 0;
  #wall = START;
  #sleepers: readonly Sleeper[] = [];

  readonly now = (): number => this.#wall + this.#monotonic;
  readonly monotonicMs = (): number => this.#monotonic;

  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      if (ms > 2 ** 31 - 1) return reject(new Error(`slept for ${ms} ms`));
      const abort = (): void => {
        this.#sleepers = this.#sleepers.filter((one) => one !== sleeper);
        reject(signal?.reason);
      };
      const wake = (): void => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      const sleeper = { at: this.#monotonic + Math.max(0, ms), wake };
      this.#sleepers = [...this.#sleepers, sleeper];
      signal?.addEventListener('abort', abort);
    });

  /** The wall clock is set; time does not pass. */
  jump(ms: number): void {
    this.#wall += ms;
  }

  /** Lets so much time pass, a sleeper at a time. */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    for (;;) {
      await settle();
      const [next] = this.#sleepers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#sleepers = this.#sleepers.filter((one) => one !== next);
      this.#monotonic = next.at;
      next.wake();
    }
    this.#monotonic = end;
    await settle();
  }
}

/** Lets everything continue that can. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Lets time pass until the work has ended. */
export async function untilDone<T>(clock: VirtualClock, work: Promise<T>, stepMs = 500): Promise<T> {
  let isDone = false;
  const done = work.finally(() => {
    isDone = true;
  });
  done.catch(() => undefined);
  while (!isDone) await clock.advance(stepMs);
  return done;
}
