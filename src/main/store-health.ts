/**
 * Whether a store can be read and written, as its last answers showed. Says once when it is lost and once when it is
 * back: a log that repeats an outage with every request hides it.
 */
import type { Storage, Transactional } from '../credential-store/storage-port.js';
import type { Fault } from '../domain/errors.js';
import type { Result } from '../domain/result.js';
import { SECOND_MS } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';

export type Direction = 'read' | 'written';

export interface HealthEvent {
  readonly kind: 'lost' | 'back';
  readonly message: string;
  readonly cause?: unknown;
}

export class StoreHealth {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #tell: (event: HealthEvent) => void;
  /** Since when which does not work, by the monotonic clock. */
  readonly #lost = new Map<Direction, number>();

  constructor(clock: Pick<Clock, 'monotonicMs'>, tell: (event: HealthEvent) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  works(direction: Direction): boolean {
    return !this.#lost.has(direction);
  }

  /** The same storage, of whose answers this hears. */
  over(storage: Storage): Storage {
    let isClosed = false;
    const heard =
      (direction: Direction, run: Transactional): Transactional =>
      async (work) => {
        const result = await run(work);
        if (!isClosed) this.#hear(direction, result);
        return result;
      };
    return {
      ...storage,
      read: heard('read', (work) => storage.read(work)),
      write: heard('written', (work) => storage.write(work)),
      close: () => {
        isClosed = true;
        return storage.close();
      },
    };
  }

  #hear(direction: Direction, result: Result<unknown>): void {
    if (!result.ok && result.error.code === 'store_unreachable') this.#lose(direction, result.error);
    else this.#recover(direction);
  }

  #lose(direction: Direction, { message, cause }: Fault): void {
    if (this.#lost.has(direction)) return;
    this.#lost.set(direction, this.#clock.monotonicMs());
    this.#tell({ kind: 'lost', message: `the store cannot be ${direction}: ${message}`, cause });
  }

  #recover(direction: Direction): void {
    const since = this.#lost.get(direction);
    if (since === undefined) return;
    this.#lost.delete(direction);
    const seconds = Math.round((this.#clock.monotonicMs() - since) / SECOND_MS);
    this.#tell({ kind: 'back', message: `the store can be ${direction} again, after ${seconds} s` });
  }
}
