/**
 * Which keys were used since the last report, and when last. It grows with the keys in use between two
 * reports, not with the requests. Public ids only: a token is not kept.
 */
import type { Instant } from '../domain/time.js';
import type { Use } from '../ports/credential-feed.js';

type LastUses = Map<string, Instant>;

export class UseLog {
  /** Last use by token id, for each consumer; undefined stands for uses whose consumer nobody named. */
  readonly #lastUses = new Map<string | undefined, LastUses>();

  note({ tokenId, consumer, lastUsedAt }: Use): void {
    const lastUses = this.#of(consumer);
    const known = lastUses.get(tokenId);
    if (known === undefined || known < lastUsedAt) lastUses.set(tokenId, lastUsedAt);
  }

  /** Everything noted, and empties the log. What could not be reported is noted again. */
  take(): readonly Use[] {
    const uses: Use[] = [];
    for (const [consumer, lastUses] of this.#lastUses) {
      for (const [tokenId, lastUsedAt] of lastUses) uses.push({ tokenId, lastUsedAt, consumer });
    }
    this.#lastUses.clear();
    return uses;
  }

  #of(consumer: string | undefined): LastUses {
    const known = this.#lastUses.get(consumer);
    if (known) return known;
    const lastUses: LastUses = new Map();
    this.#lastUses.set(consumer, lastUses);
    return lastUses;
  }
}
