/**
 * Limits requests for links, since each sends a message to an address that the caller may not own: by address and
 * source, by address, and by source. Whether there is such a guest makes no difference. In memory, by each server.
 */

import { networkOf } from '../../domain/network-address.js';
import type { DurationMs, Instant } from '../../domain/time.js';
import { type Allowance, RateWindow } from './rate-window.js';
import type { Attempt } from './sign-in-rate-limit.js';

const ONE_ADDRESS_FROM_ONE_PLACE_MAX = 3;
const ONE_ADDRESS_MAX = 10;
const FROM_ONE_PLACE_MAX = 30;

export class MagicLinkRateLimit {
  readonly #asked = new RateWindow();

  /** Counts it if it may be asked now, and gives 0; else how long to wait. */
  ask(attempt: Attempt, now: Instant): DurationMs {
    const allowances = allowancesOf(attempt);
    const waitMs = this.#asked.waitMs(allowances, now);
    if (waitMs === 0) for (const { key } of allowances) this.#asked.add(key, now);
    return waitMs;
  }
}

const allowancesOf = ({ account, source }: Attempt): readonly Allowance[] => [
  { key: `both ${JSON.stringify([account, networkOf(source)])}`, max: ONE_ADDRESS_FROM_ONE_PLACE_MAX },
  { key: `address ${account}`, max: ONE_ADDRESS_MAX },
  { key: `source ${networkOf(source)}`, max: FROM_ONE_PLACE_MAX },
];
