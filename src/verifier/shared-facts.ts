/**
 * What many keys share, kept once and numbered: environment, owner, type and permissions. There are as
 * many as there are services, not keys. One that no key has any more stays until the verifier is reloaded.
 */
import type { EffectiveKey } from '../domain/verification.js';
import type { Credential } from '../ports/credential-feed.js';

export interface SharedFacts {
  readonly type: string;
  readonly owner: string;
  readonly effective: EffectiveKey;
}

export class SharedFactsTable {
  readonly #numbers = new Map<string, number>();
  readonly #facts: SharedFacts[] = [];

  get size(): number {
    return this.#facts.length;
  }

  /** The number of these facts, the same for equal ones. */
  numberOf({ type, owner, effective }: Credential): number {
    const { environment, isDeactivated, owner: ownerState, permissions } = effective;
    const text = JSON.stringify([type, owner, environment, isDeactivated, ownerState, permissions]);
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.#facts.length;
    this.#facts.push({ type, owner, effective });
    this.#numbers.set(text, number);
    return number;
  }

  /** The facts behind a number that `numberOf` gave. */
  at(number: number): SharedFacts {
    const facts = this.#facts[number];
    if (facts === undefined) throw new RangeError('a standing that was never given');
    return facts;
  }
}
