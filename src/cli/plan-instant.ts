/** `--at INSTANT`: a later instant to plan for, as an RFC 3339 timestamp or as a duration ahead (`+30d`). */
import { ok, type Result } from '../domain/result.js';
import { type Instant, parseDuration, parseInstant } from '../domain/time.js';
import type { Input, OptionSpec } from './command.js';
import { type Failure, failure } from './failure.js';

export const AT: OptionSpec = {
  flags: '--at <instant>',
  description:
    'plan for a later time, 2027-01-31T00:00:00Z or +30d, and list what expires, rotates and ends until then',
};

/** The instant that is meant, once *now* is known. `usage` if it is not ahead. */
export type Ahead = (now: Instant) => Result<Instant, Failure>;

export function aheadOf(input: Input): Result<Ahead | undefined, Failure> {
  const text = input.text('at');
  if (text === undefined) return ok(undefined);
  const read = text.startsWith('+') ? durationAhead(text) : parseInstant(text);
  if (!read.ok) return failure('usage', `--at ${read.error}, or a duration from now such as +30d`);
  return ok((now) => {
    const at = text.startsWith('+') ? now + read.value : read.value;
    return at > now ? ok(at) : failure('usage', `--at must be in the future, and ${text} is in the past`);
  });
}

function durationAhead(text: string): Result<number, string> {
  const duration = parseDuration(text.slice(1));
  return duration.ok ? duration : { ok: false, error: 'must be an instant such as 2027-01-31T12:00:00Z' };
}
