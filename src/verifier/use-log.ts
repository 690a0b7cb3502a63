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
  /** 1 if it was accepted, else 0. */
  readonly accepted: number;
}

/** Last uses by consumer and row. */
type Uses = Map<string | undefined, Map<number, Noted>>;
type Noted = { -readonly [K in keyof Use]: Use[K] } & { accepted: number };

export class UseLog {
  #fresh: Uses = new Map();
  /** What `pending` gave. Apart, so that a use during a report is not taken for reported. */
  #pending: Uses = new Map();
  /** The counts of the last `pending`. */
  #given: readonly { readonly use: Noted; readonly accepted: number }[] = [];

  /** `token` is the one that the row is for. */
  note(row: number, token: string, { now, consumer, accepted }: Occasion): void {
    let uses = this.#fresh.get(consumer);
    if (uses === undefined) {
      uses = new Map();
      this.#fresh.set(consumer, uses);
    }
    const known = uses.get(row);
    if (known === undefined)
      uses.set(row, { tokenId: publicIdOf(token), lastUsedAt: now, consumer, accepted });
    else {
      known.accepted += accepted;
      if (known.lastUsedAt < now) known.lastUsedAt = now;
    }
  }

  /**
   * All that was not reported; it is given again until `reported` says that it was. Counts are given once: no caller can
   * tell whether a report arrived whose answer did not, and nothing is to be billed twice.
   */
  pending(): readonly Use[] {
    for (const [consumer, uses] of this.#fresh) {
      const kept = this.#pending.get(consumer);
      if (kept === undefined) this.#pending.set(consumer, uses);
      else for (const [row, use] of uses) kept.set(row, together(kept.get(row), use));
    }
    this.#fresh = new Map();
    const noted = [...this.#pending.values()].flatMap((uses) => [...uses.values()]);
    this.#given = noted.map((use) => ({ use, accepted: use.accepted }));
    return noted.map((use) => {
      const given = { ...use };
      use.accepted = 0;
      return given;
    });
  }

  /** The last `pending` reached the store. */
  reported(): void {
    this.#pending = new Map();
    this.#given = [];
  }

  /** The store wrote none of the last `pending` from this one on, which is certain: their counts are given again. */
  giveBack(from: number): void {
    for (const { use, accepted } of this.#given.slice(from)) use.accepted += accepted;
    this.#given = [];
  }

  /** How many are kept that were not reported. */
  get size(): number {
    let size = 0;
    for (const uses of [...this.#fresh.values(), ...this.#pending.values()]) size += uses.size;
    return size;
  }
}

/** `before` was not reported either. */
const together = (before: Noted | undefined, { lastUsedAt, accepted, ...use }: Noted): Noted => ({
  ...use,
  lastUsedAt: Math.max(before?.lastUsedAt ?? lastUsedAt, lastUsedAt),
  accepted: accepted + (before?.accepted ?? 0),
});
