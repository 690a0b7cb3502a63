/**
 * Guesses of passwords are limited by account and network, over the accounts that one network tries, and over the
 * networks that try one account. The last makes each network that is unknown to the account slower and shuts none
 * out, and a network that the person signed in from before is not counted with others: what an attacker tries
 * never locks the person out. Kept in memory, by each server.
 */
import { networkOf } from '../../domain/network-address.js';
import type { DurationMs, Instant } from '../../domain/time.js';
import { type Allowance, forgetOldest, RateWindow } from './rate-window.js';

/** Wrong passwords for one account from one network. */
const FROM_ONE_NETWORK_MAX = 10;
/** Wrong passwords for one account from all networks that it was never signed in to from, until each has fewer. */
const UNKNOWN_NETWORKS_MAX = 50;
/** What each of those has then. */
const FROM_ONE_UNDER_ATTACK_MAX = 2;
/** Wrong passwords for all accounts from one network. Those it was signed in to from before have their own. */
const ALL_ACCOUNTS_MAX = 100;

export interface Attempt {
  /** As it was typed, folded; there need not be such an account. */
  readonly account: string;
  readonly source: string;
}

export class SignInRateLimit {
  readonly #failures = new RateWindow();
  readonly #known = new Set<string>();

  /** Was the account signed in to from this network before? */
  isKnown(attempt: Attempt): boolean {
    return this.#known.has(pairOf(attempt));
  }

  /** A sign-in from there succeeded. */
  know(attempt: Attempt): void {
    const pair = pairOf(attempt);
    this.#known.delete(pair);
    this.#known.add(pair);
    forgetOldest(this.#known);
  }

  /** How long to wait before the next attempt; 0 if it may be made now. */
  waitMs(attempt: Attempt, now: Instant): DurationMs {
    return this.#failures.waitMs(this.#allowances(attempt, now), now);
  }

  /**
   * Counts it as a wrong one until it is known to be right, so that of many at once no more are let through than one
   * after another. Gives how long to wait if it may not be made, and how many there were for the account, this included.
   */
  begin(attempt: Attempt, now: Instant): { readonly waitMs: DurationMs; readonly failures: number } {
    const waitMs = this.waitMs(attempt, now);
    if (waitMs > 0) return { waitMs, failures: 0 };
    for (const key of this.#counted(attempt)) this.#failures.add(key, now);
    return { waitMs, failures: this.#failures.add(accountOf(attempt), now) };
  }

  /** It was right: it counts no more. */
  takeBack(attempt: Attempt, now: Instant): void {
    for (const key of this.#counted(attempt)) this.#failures.takeBack(key, now);
    this.#failures.takeBack(accountOf(attempt), now);
  }

  /** Gives how many wrong ones came before, from anywhere. */
  succeeded(attempt: Attempt, now: Instant): number {
    this.#failures.forget(pairOf(attempt));
    this.know(attempt);
    const { count } = this.#failures.current(accountOf(attempt), now);
    this.#failures.forget(accountOf(attempt));
    return count;
  }

  #counted(attempt: Attempt): readonly string[] {
    const pair = pairOf(attempt);
    return this.isKnown(attempt) ? [pair] : [pair, networkKey(attempt), unknownOf(attempt)];
  }

  #allowances(attempt: Attempt, now: Instant): readonly Allowance[] {
    const pair = pairOf(attempt);
    if (this.isKnown(attempt)) return [{ key: pair, max: FROM_ONE_NETWORK_MAX }];
    const isUnderAttack = this.#failures.current(unknownOf(attempt), now).count >= UNKNOWN_NETWORKS_MAX;
    return [
      { key: pair, max: isUnderAttack ? FROM_ONE_UNDER_ATTACK_MAX : FROM_ONE_NETWORK_MAX },
      { key: networkKey(attempt), max: ALL_ACCOUNTS_MAX },
    ];
  }
}

const accountOf = ({ account }: Attempt): string => `account ${account}`;

const unknownOf = ({ account }: Attempt): string => `unknown ${account}`;

const networkKey = ({ source }: Attempt): string => `network ${networkOf(source)}`;

const pairOf = ({ account, source }: Attempt): string =>
  `pair ${JSON.stringify([account, networkOf(source)])}`;
