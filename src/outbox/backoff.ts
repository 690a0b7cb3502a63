/** Calculates when to try again to hand a message over: later and later, and never all at once. Pure. */
import { backoffMs } from '../async/backoff.js';
import { HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from '../domain/time.js';
import type { Taken } from '../ports/outbox.js';

const FIRST_MS = 2 * SECOND_MS;
/** A message is tried this often at least within its time, if that is neither very short nor very long. */
const TRIES_MIN = 60;

/** `chance` from 0 to 1 says how much of the pause's second half is waited. At its end the message is dropped. */
export function dueAgain({ message, attempts }: Taken, now: Instant, chance: number): Instant {
  const lifeMs = message.expiresAt - message.createdAt;
  const longestMs = Math.min(HOUR_MS, Math.max(MINUTE_MS, lifeMs / TRIES_MIN));
  return Math.min(message.expiresAt, now + backoffMs({ firstMs: FIRST_MS, longestMs }, attempts, chance));
}
