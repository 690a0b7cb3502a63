/** Waiting out a while, so that the time of an answer tells nothing of what was found. */
import type { DurationMs } from '../../domain/time.js';
import type { Clock } from '../../ports/clock.js';

/** Resolves when it is `ms` since `startedMs`, of `monotonicMs`; at once if it is later already. */
export async function waitOut(clock: Clock, startedMs: number, ms: DurationMs): Promise<void> {
  // Timers count from when the turn of the event loop began, and come early after a long one: the second mends that.
  for (let pauses = 0; pauses < 2; pauses++)
    await clock.sleep(Math.max(0, ms - (clock.monotonicMs() - startedMs)));
}
