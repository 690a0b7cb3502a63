/**
 * Limits how much the public creates: holders of a publishable key or a shared link (anyone), and guests who write to
 * others. Each network, or guest, has a quota of its own; that of a whole key or link is so much larger that a few
 * callers do not use it up for the rest. Counted in a quarter of an hour, in memory, by each server.
 */
import { type Fault, fault } from '../../domain/errors.js';
import { networkOf } from '../../domain/network-address.js';
import { isShared, type Principal } from '../../domain/principal.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { type DurationMs, type Instant, SECOND_MS } from '../../domain/time.js';
import { type Allowance, RateWindow } from './rate-window.js';

/** Sessions of a publishable key; each makes one space at most. */
const SESSIONS = { network: 60, key: 3_000 } as const;
/** Sessions by a shared link; each may be a new guest. */
const VISITS = { network: 60, link: 1_000 } as const;
/** Sessions of any other credential. */
const SESSIONS_OF_ONE_MAX = 3_000;
/** People that one guest writes to. */
const MESSAGES_OF_GUEST_MAX = 20;

export class PublicQuotas {
  readonly #made = new RateWindow();

  /** Counts a session that is to be started. `rate_limited` beyond the quota. */
  session(principal: Principal, source: string, now: Instant): Result<void> {
    const { id } = principal;
    if (!isShared(principal))
      return this.#take([{ key: `sessions ${principal.credential.id}`, max: SESSIONS_OF_ONE_MAX }], now);
    return this.#take(
      [
        { key: `key ${JSON.stringify([id, networkOf(source)])}`, max: SESSIONS.network },
        { key: `key ${id}`, max: SESSIONS.key },
      ],
      now,
    );
  }

  visit(linkId: string, source: string, now: Instant): Result<void> {
    return this.#take(
      [
        { key: `link ${JSON.stringify([linkId, networkOf(source)])}`, max: VISITS.network },
        { key: `link ${linkId}`, max: VISITS.link },
      ],
      now,
    );
  }

  /** Only guests have one: the people who manage guests are responsible for what they write. */
  messages({ kind, id }: Principal, count: number, now: Instant): Result<void> {
    if (kind !== 'guest') return ok(undefined);
    return this.#take([{ key: `messages ${id}`, max: MESSAGES_OF_GUEST_MAX }], now, count);
  }

  #take(allowances: readonly Allowance[], now: Instant, count = 1): Result<void> {
    const left = allowances.map(({ key, max }) => ({ key, max: max - count + 1 }));
    const waitMs = this.#made.waitMs(left, now);
    if (waitMs > 0) return fail(exhausted(waitMs));
    for (const { key } of allowances) for (let nth = 0; nth < count; nth++) this.#made.add(key, now);
    return ok(undefined);
  }
}

const exhausted = (waitMs: DurationMs): Fault => ({
  ...fault(
    'rate_limited',
    `the quota of this caller is used up; try again in ${Math.ceil(waitMs / SECOND_MS)} s`,
  ),
  retryAfterMs: waitMs,
});
