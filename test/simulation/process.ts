/**
 * A process on a machine, as the world treats it: it can be killed and starts again with an empty memory,
 * stopped (SIGSTOP: it notices nothing, its clocks continue) or frozen with its machine (then also its
 * monotonic clock stands still), and its wall clock may be wrong. What it sent continues without it.
 */
import type { Instant } from '../../src/domain/time.js';
import type { Clock } from '../../src/ports/clock.js';
import type { Timeline } from './timeline.js';

/** From a start to a crash. Whatever comes for a life that is over is dropped. */
export interface Life {
  readonly isOver: boolean;
}

export interface ProcessOptions {
  readonly name: string;
  readonly machine: string;
  /** How far its wall clock is ahead. */
  readonly skewMs: number;
  /** It is never stopped for longer. */
  readonly stopMaxMs?: number;
  /** It lives so long at least before it crashes. */
  readonly lifeMinMs?: number;
}

const RESTART_AFTER_MS = 2_000;

export class Process {
  readonly name: string;
  readonly machine: string;
  readonly #timeline: Timeline;
  readonly #skewMs: number;
  readonly #stopMaxMs: number;
  readonly #lifeMinMs: number;
  #bornAt: Instant;
  readonly #counts = new Map<string, number>();
  #life: { isOver: boolean } = { isOver: false };
  #stoppedUntil: Instant = 0;
  #frozenMs = 0;
  #main: (() => void) | undefined;

  constructor(timeline: Timeline, { name, machine, skewMs, stopMaxMs, lifeMinMs }: ProcessOptions) {
    this.#timeline = timeline;
    this.name = name;
    this.machine = machine;
    this.#skewMs = skewMs;
    this.#stopMaxMs = stopMaxMs ?? Number.POSITIVE_INFINITY;
    this.#lifeMinMs = lifeMinMs ?? 0;
    this.#bornAt = timeline.now;
  }

  get life(): Life {
    return this.#life;
  }

  /** Runs `main` now and after every crash. */
  start(main: () => void): void {
    this.#main = main;
    main();
  }

  /** How often it has done this, over all its lives. */
  count(operation: string): number {
    const nth = (this.#counts.get(operation) ?? 0) + 1;
    this.#counts.set(operation, nth);
    return nth;
  }

  crash(): void {
    if (this.#timeline.now - this.#bornAt < this.#lifeMinMs) return;
    this.#bornAt = this.#timeline.now;
    this.#life.isOver = true;
    this.#life = { isOver: false };
    this.#stoppedUntil = 0;
    const life = this.#life;
    this.#timeline.after(RESTART_AFTER_MS, () => {
      if (!life.isOver) this.#main?.();
    });
  }

  stop(ms: number): void {
    const until = this.#timeline.now + Math.min(ms, this.#stopMaxMs);
    this.#stoppedUntil = Math.max(this.#stoppedUntil, until);
  }

  freeze(ms: number): void {
    this.stop(ms);
    this.#frozenMs += Math.min(ms, this.#stopMaxMs);
  }

  /** Runs it as soon as that life can; never if it is over. */
  wake(life: Life, run: () => void): void {
    if (life.isOver) return;
    if (this.#timeline.now >= this.#stoppedUntil) run();
    else this.#timeline.at(this.#stoppedUntil, () => this.wake(life, run));
  }

  /** Its clock, of the life it has now. */
  clock(): Clock {
    const life = this.#life;
    return {
      now: () => this.#timeline.now + this.#skewMs,
      monotonicMs: () => this.#timeline.now - this.#frozenMs,
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          if (signal?.aborted) {
            reject(signal.reason);
            return;
          }
          signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
          this.#timeline.after(ms, () => this.wake(life, resolve));
        }),
    };
  }
}
