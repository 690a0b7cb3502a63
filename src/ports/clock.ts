/** Time as an input. Real time is supplied by `main` only. */
import type { Instant } from '../domain/time.js';

export interface Clock {
  /** Wall clock, milliseconds since the epoch. */
  now(): Instant;
  /** Never goes back and does not follow changes of the wall clock; milliseconds from an arbitrary start. */
  monotonicMs(): number;
  /** Resolves after `ms`, at most 2^31 − 1. Rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
