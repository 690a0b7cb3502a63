/**
 * Guesses of passwords are limited by account and by where they come from. Strangers use up an allowance of their
 * own: whoever came in from a place before is not locked out by what others try. Kept in memory, by each server.
 */
import { type DurationMs, type Instant, MINUTE_MS } from '../../domain/time.js';

const WINDOW_MS: DurationMs = 15 * MINUTE_MS;
/** Wrong passwords for one account from one place. */
const FROM_ONE_PLACE_MAX = 10;
/** Wrong passwords for one account from all places that nobody ever came in from. */
const FROM_STRANGERS_MAX = 50;
/** The oldest are forgotten first. */
const REMEMBERED_MAX = 50_000;

interface Failures {
  readonly since: Instant;
  readonly count: number;
}

export interface Attempt {
  /** As it was typed, folded; there need not be such an account. */
  readonly account: string;
  readonly source: string;
}

export class LoginThrottle {
  readonly #failures = new Map<string, Failures>();
  readonly #known = new Set<string>();

  /** How long to wait before the next attempt; 0 if it may be made now. */
  waitMs(attempt: Attempt, now: Instant): DurationMs {
    const waits = this.#allowances(attempt).map(({ key, max }) => {
      const { since, count } = this.#current(key, now);
      return count >= max ? since + WINDOW_MS - now : 0;
    });
    return Math.max(...waits);
  }

  /** Gives how many there were for the account within the window, this one included. */
  failed(attempt: Attempt, now: Instant): number {
    for (const { key } of this.#allowances(attempt)) this.#count(key, now);
    return this.#count(`account ${attempt.account}`, now);
  }

  /** Gives how many wrong ones came before, from anywhere. */
  succeeded(attempt: Attempt, now: Instant): number {
    const place = placeOf(attempt);
    this.#failures.delete(place);
    this.#known.delete(place);
    this.#known.add(place);
    forgetOldest(this.#known);
    const { count } = this.#current(`account ${attempt.account}`, now);
    this.#failures.delete(`account ${attempt.account}`);
    return count;
  }

  #allowances(attempt: Attempt): readonly { readonly key: string; readonly max: number }[] {
    const place = { key: placeOf(attempt), max: FROM_ONE_PLACE_MAX };
    if (this.#known.has(place.key)) return [place];
    return [place, { key: `strangers ${attempt.account}`, max: FROM_STRANGERS_MAX }];
  }

  #current(key: string, now: Instant): Failures {
    const failures = this.#failures.get(key);
    return failures !== undefined && now - failures.since < WINDOW_MS ? failures : { since: now, count: 0 };
  }

  #count(key: string, now: Instant): number {
    const { since, count } = this.#current(key, now);
    this.#failures.set(key, { since, count: count + 1 });
    forgetOldest(this.#failures);
    return count + 1;
  }
}

const placeOf = ({ account, source }: Attempt): string => `place ${JSON.stringify([account, source])}`;

function forgetOldest(remembered: Map<string, unknown> | Set<string>): void {
  if (remembered.size <= REMEMBERED_MAX) return;
  const [oldest] = remembered.keys();
  if (oldest !== undefined) remembered.delete(oldest);
}
