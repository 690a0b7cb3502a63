/**
 * From when and until when the store knows of every use. Servers and verifiers report within two seconds or stop
 * answering, with one exception: while the store cannot be written at all they continue and keep their uses. So one that
 * is late leaves its uses unknown from its last word on, until it is back, or until it is known to be gone: others
 * wrote for long enough without it, or it may not have kept anything for so long.
 *
 *     late one    ──●──●──●                                  uses unknown …
 *     another     ──●──●──●     (nothing can be written)     ●──●──●──●
 *                                                            └ steady ┘ … before here: the late one is gone
 */
import type { Instant } from '../../domain/time.js';
import { type DurationMs, SECOND_MS } from '../../domain/time.js';
import { KEEP_USES_MS } from '../../ports/accounts.js';
import type { InstanceRow } from '../storage-port.js';

/** Instances say that they are there every fifteen seconds, controllers more often. */
export const LATE_MS: DurationMs = 20 * SECOND_MS;
/** Of a running instance, no use is unknown for longer. */
const REPORTED_WITHIN_MS: DurationMs = 3 * SECOND_MS;

export interface Coverage {
  readonly from: Instant;
  readonly until: Instant;
}

/** `from`: when the store was made. */
export function usageCoverage(rows: readonly InstanceRow[], from: Instant, now: Instant): Coverage {
  return rows.reduce<Coverage>((known, row) => narrowed(known, row, { rows, now }), { from, until: now });
}

function narrowed(
  known: Coverage,
  { id, last_seen_at, uses_until }: InstanceRow,
  { rows, now }: { readonly rows: readonly InstanceRow[]; readonly now: Instant },
): Coverage {
  if (uses_until === null) return known;
  if (now - last_seen_at <= LATE_MS && last_seen_at - uses_until <= REPORTED_WITHIN_MS) return known;
  const steady = rows.find((one) => one.id !== id && wroteWithout(one, last_seen_at));
  if (steady !== undefined) {
    const since = steady.steady_since ?? 0;
    // Who was writing all the while saw no time in which nothing could be written.
    return since <= last_seen_at + LATE_MS ? known : { ...known, from: Math.max(known.from, since) };
  }
  if (now - uses_until > KEEP_USES_MS)
    return { ...known, from: Math.max(known.from, uses_until + KEEP_USES_MS) };
  return { ...known, until: Math.min(known.until, uses_until) };
}

/** It wrote for so long after `at` that every process able to write would have written too. */
const wroteWithout = ({ steady_since, last_seen_at }: InstanceRow, at: Instant): boolean =>
  steady_since !== null && last_seen_at - Math.max(steady_since, at) >= LATE_MS;
