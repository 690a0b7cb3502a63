/** A time limit for one piece of work. */
import type { Clock } from '../ports/clock.js';

/** Runs work with a signal that aborts after `ms`. What the work makes of that is its own. */
export async function withDeadline<T>(
  ms: number,
  clock: Pick<Clock, 'sleep'>,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const done = new AbortController();
  clock.sleep(ms, done.signal).then(
    () => deadline.abort(new Error(`no answer within ${ms} ms`)),
    () => undefined,
  );
  try {
    return await work(deadline.signal);
  } finally {
    done.abort();
  }
}
