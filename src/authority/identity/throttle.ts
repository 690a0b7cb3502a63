/**
 * Guesses of passwords are limited by account and by where they come from. Strangers use up an allowance of their
 * own: whoever came in from a place before is not locked out by what others try. Kept in memory, by each server.
 */
import type { DurationMs, Instant } from '../../domain/time.js';
import { type Allowance, Counts, forgetOldest } from './counts.js';

/** Wrong passwords for one account from one place. */
const FROM_ONE_PLACE_MAX = 10;
/** Wrong passwords for one account from all places that nobody ever came in from. */
const FROM_STRANGERS_MAX = 50;

export interface Attempt {
  /** As it was typed, folded; there need not be such an account. */
  readonly account: string;
  readonly source: string;
}

export class LoginThrottle {
  readonly #failures = new Counts();
  readonly #known = new Set<string>();

  /** How long to wait before the next attempt; 0 if it may be made now. */
  waitMs(attempt: Attempt, now: Instant): DurationMs {
    return this.#failures.waitMs(this.#allowances(attempt), now);
  }

  /** Gives how many there were for the account within the window, this one included. */
  failed(attempt: Attempt, now: Instant): number {
    for (const { key } of this.#allowances(attempt)) this.#failures.add(key, now);
    return this.#failures.add(`account ${attempt.account}`, now);
  }

  /** Gives how many wrong ones came before, from anywhere. */
  succeeded(attempt: Attempt, now: Instant): number {
    const place = placeOf(attempt);
    this.#failures.forget(place);
    this.#known.delete(place);
    this.#known.add(place);
    forgetOldest(this.#known);
    const { count } = this.#failures.current(`account ${attempt.account}`, now);
    this.#failures.forget(`account ${attempt.account}`);
    return count;
  }

  #allowances(attempt: Attempt): readonly Allowance[] {
    const place = { key: placeOf(attempt), max: FROM_ONE_PLACE_MAX };
    if (this.#known.has(place.key)) return [place];
    return [place, { key: `strangers ${attempt.account}`, max: FROM_STRANGERS_MAX }];
  }
}

const placeOf = ({ account, source }: Attempt): string => `place ${JSON.stringify([account, source])}`;
