/** How often something happened within a quarter of an hour, by what is counted. In memory, and bounded. */
import { type DurationMs, type Instant, MINUTE_MS } from '../../domain/time.js';

const WINDOW_MS: DurationMs = 15 * MINUTE_MS;
/** The oldest are forgotten first. */
const REMEMBERED_MAX = 50_000;

interface Count {
  readonly since: Instant;
  readonly count: number;
}

/** As often as `max`, and no more. */
export interface Allowance {
  readonly key: string;
  readonly max: number;
}

export class RateWindow {
  readonly #counts = new Map<string, Count>();

  current(key: string, now: Instant): Count {
    const found = this.#counts.get(key);
    return found !== undefined && now - found.since < WINDOW_MS ? found : { since: now, count: 0 };
  }

  /** Gives how often by now. */
  add(key: string, now: Instant): number {
    const { since, count } = this.current(key, now);
    this.#counts.set(key, { since, count: count + 1 });
    forgetOldest(this.#counts);
    return count + 1;
  }

  takeBack(key: string, now: Instant): void {
    const { since, count } = this.current(key, now);
    if (count > 0) this.#counts.set(key, { since, count: count - 1 });
  }

  forget(key: string): void {
    this.#counts.delete(key);
  }

  /** How long until all of them allow it again; 0 if they do. */
  waitMs(allowances: readonly Allowance[], now: Instant): DurationMs {
    const waits = allowances.map(({ key, max }) => {
      const { since, count } = this.current(key, now);
      return count >= max ? since + WINDOW_MS - now : 0;
    });
    return Math.max(...waits);
  }
}

export function forgetOldest(remembered: Map<string, unknown> | Set<string>): void {
  if (remembered.size <= REMEMBERED_MAX) return;
  const [oldest] = remembered.keys();
  if (oldest !== undefined) remembered.delete(oldest);
}
