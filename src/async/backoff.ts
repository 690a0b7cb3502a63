/** Waits between attempts that fail: doubled each time up to a limit, and spread by chance. Pure. */
import type { Entropy } from '../domain/entropy.js';
import type { DurationMs } from '../domain/time.js';

export interface Backoff {
  readonly firstMs: DurationMs;
  readonly longestMs: DurationMs;
}

/**
 * Returns the wait after the nth failure in a row, counted from 1. `chance`, from 0 to 1, says how much of the wait's
 * second half is waited, so that those that failed together don't come back together; 1, the default, is all of it.
 */
export const backoffMs = ({ firstMs, longestMs }: Backoff, failures: number, chance = 1): DurationMs =>
  Math.round(Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 30)) * (0.5 + chance / 2));

/** Returns a number from 0 to 1. */
export function chanceOf(entropy: Entropy): number {
  const [high = 0, low = 0] = entropy.bytes(2);
  return (high * 256 + low) / 0xffff;
}
