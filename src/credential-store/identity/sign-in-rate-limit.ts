/**
 * Guesses of passwords are limited by account and by where they come from. Strangers use up an allowance of their
 * own: whoever came in from a place before is not locked out by what others try. Kept in memory, by each server.
 */
import type { DurationMs, Instant } from '../../domain/time.js';
import { type Allowance, forgetOldest, RateWindow } from './rate-window.js';

/** Wrong passwords for one account from one place. */
const FROM_ONE_PLACE_MAX = 10;
/** Wrong passwords for one account from all places that nobody ever came in from. */
const FROM_UNKNOWN_ADDRESSES_MAX = 50;

export interface Attempt {
  /** As it was typed, folded; there need not be such an account. */
  readonly account: string;
  readonly source: string;
}

export class SignInRateLimit {
  readonly #failures = new RateWindow();
  readonly #known = new Set<string>();

  /** How long to wait before the next attempt; 0 if it may be made now. */
  waitMs(attempt: Attempt, now: Instant): DurationMs {
    return this.#failures.waitMs(this.#allowances(attempt), now);
  }

  /**
   * Counts it as a wrong one until it is known to be right, so that of many at once no more are let through than one
   * after another. Gives how long to wait if it may not be made, and how many there were for the account, this included.
   */
  begin(attempt: Attempt, now: Instant): { readonly waitMs: DurationMs; readonly failures: number } {
    const waitMs = this.waitMs(attempt, now);
    if (waitMs > 0) return { waitMs, failures: 0 };
    for (const { key } of this.#allowances(attempt)) this.#failures.add(key, now);
    return { waitMs, failures: this.#failures.add(accountOf(attempt), now) };
  }

  /** It was right: it counts no more. */
  takeBack(attempt: Attempt, now: Instant): void {
    for (const { key } of this.#allowances(attempt)) this.#failures.takeBack(key, now);
    this.#failures.takeBack(accountOf(attempt), now);
  }

  /** Gives how many wrong ones came before, from anywhere. */
  succeeded(attempt: Attempt, now: Instant): number {
    const place = placeOf(attempt);
    this.#failures.forget(place);
    this.#known.delete(place);
    this.#known.add(place);
    forgetOldest(this.#known);
    const { count } = this.#failures.current(accountOf(attempt), now);
    this.#failures.forget(accountOf(attempt));
    return count;
  }

  #allowances(attempt: Attempt): readonly Allowance[] {
    const place = { key: placeOf(attempt), max: FROM_ONE_PLACE_MAX };
    if (this.#known.has(place.key)) return [place];
    return [place, { key: `unknown ${attempt.account}`, max: FROM_UNKNOWN_ADDRESSES_MAX }];
  }
}

const accountOf = ({ account }: Attempt): string => `account ${account}`;

const placeOf = ({ account, source }: Attempt): string => `pair ${JSON.stringify([account, source])}`;
