/**
 * Which versions were used and not yet reported, and when last. It grows with the versions in use, not
 * with the requests. Public ids only: no token is kept. Keyed by row numbers, which cost a tenth of texts.
 */
import { publicIdOf } from '../domain/secret.js';
import type { Instant } from '../domain/time.js';
import type { Use } from '../ports/credential-feed.js';

/** When, and by whom if that is known. */
export interface Occasion {
  readonly now: Instant;
  readonly consumer: string | undefined;
}

/** Last uses by consumer and row. */
type Uses = Map<string | undefined, Map<number, { -readonly [K in keyof Use]: Use[K] }>>;

export class UseLog {
  #fresh: Uses = new Map();
  /** What `pending` gave. Apart, so that a use during a report is not taken for reported. */
  #pending: Uses = new Map();

  /** `token` is the one that the row is for. */
  note(row: number, token: string, { now, consumer }: Occasion): void {
    let uses = this.#fresh.get(consumer);
    if (uses === undefined) {
      uses = new Map();
      this.#fresh.set(consumer, uses);
    }
    const known = uses.get(row);
    if (known === undefined) uses.set(row, { tokenId: publicIdOf(token), lastUsedAt: now, consumer });
    else if (known.lastUsedAt < now) known.lastUsedAt = now;
  }

  /** All that was not reported; it is given again until `reported` says that it was. */
  pending(): readonly Use[] {
    for (const [consumer, uses] of this.#fresh) {
      const kept = this.#pending.get(consumer);
      if (kept === undefined) this.#pending.set(consumer, uses);
      else for (const [row, use] of uses) kept.set(row, use);
    }
    this.#fresh = new Map();
    return [...this.#pending.values()].flatMap((uses) => [...uses.values()]);
  }

  /** The last `pending` reached the store. */
  reported(): void {
    this.#pending = new Map();
  }
}
