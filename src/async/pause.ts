/** A wait that a signal may cut short. */
import type { DurationMs } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';

/** Waits `ms` or until the signal is aborted. Returns whether the whole time has passed; never rejects. */
export async function pause(
  clock: Pick<Clock, 'sleep'>,
  ms: DurationMs,
  signal?: AbortSignal | undefined,
): Promise<boolean> {
  await clock.sleep(ms, signal).catch(() => undefined);
  return signal?.aborted !== true;
}
