/** Credentials and a feed over them that tests can change, break and take back in time. */
import { fault } from '../../src/domain/errors.js';
import { fail, ok, type Result } from '../../src/domain/result.js';
import { mintKey, Secret, tokenMac } from '../../src/domain/secret.js';
import type { EffectiveKey } from '../../src/domain/verification.js';
import type { Clock } from '../../src/ports/clock.js';
import type {
  Changes,
  Credential,
  CredentialFeed,
  EndedBefore,
  Position,
  Use,
} from '../../src/ports/credential-feed.js';

export const PEPPER = 'pepper';

/** The token of a number, always the same one. */
export function tokenOf(number: number): string {
  let state = (number + 1) * 2_654_435_761;
  const bytes = (length: number) =>
    Uint8Array.from({ length }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 24;
    });
  return mintKey('secret', true, { bytes }).token.reveal();
}

interface Differences {
  readonly dates?: Partial<Credential['dates']>;
  readonly effective?: Partial<EffectiveKey>;
  readonly name?: string;
  readonly owner?: string;
}

/** An active, current version 1 of a key of service `billing` in `production` that may `spaces:read`. */
export function credential(number: number, { dates, effective, ...rest }: Differences = {}): Credential {
  const token = tokenOf(number);
  return {
    tokenId: token.slice('sk_live_'.length, 'sk_live_'.length + 12),
    mac: tokenMac(PEPPER, token),
    keyId: `us_key_${number}`,
    name: `key-${number}`,
    generation: 1,
    type: 'secret',
    owner: 'service:billing',
    ...rest,
    dates: {
      promotedAt: 1,
      retiringAt: undefined,
      suspendedUntil: undefined,
      revokedAt: undefined,
      expiresAt: undefined,
      ...dates,
    },
    effective: {
      environment: 'production',
      isDeactivated: false,
      owner: 'active',
      permissions: ['spaces:read'],
      ...effective,
    },
  };
}

export class FakeFeed implements CredentialFeed {
  isBroken = false;
  /** Reading still works. */
  isDeaf = false;
  /** Last reported use, by token id and consumer, as `id` or `id consumer`. */
  readonly lastUses = new Map<string, number>();
  revisionNow = 1;
  #history = 'as it went';
  readonly #listeners = new Set<() => void>();
  readonly #credentials = new Map<string, { readonly credential: Credential; readonly revision: number }>();

  constructor(credentials: readonly Credential[] = []) {
    for (const one of credentials) this.put(one);
  }

  put(credential: Credential): void {
    this.revisionNow += 1;
    this.#credentials.set(credential.tokenId, { credential, revision: this.revisionNow });
    for (const listener of this.#listeners) listener();
  }

  /** As if the store had been restored from a backup that knows only these. */
  restore(credentials: readonly Credential[]): void {
    this.#credentials.clear();
    this.revisionNow = 0;
    this.#history += ', restored';
    for (const one of credentials) this.put(one);
  }

  pepper = async () => this.#answer(() => new Secret(PEPPER));
  position = async () => this.#answer(() => this.#position());
  close = async () => undefined;
  seen = async () => this.#answer(() => undefined);
  watch = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  snapshot = async (after: string | undefined, limit: number) =>
    this.#answer(() => {
      const all = [...this.#credentials.values()].map((entry) => entry.credential);
      const from = Number(after ?? 0);
      const until = from + limit;
      return { credentials: all.slice(from, until), next: until < all.length ? String(until) : undefined };
    });

  changedSince = async ({ revision, hash }: Position) =>
    this.#answer((): Changes => {
      if (hash !== this.#history || revision > this.revisionNow) return { kind: 'another-history' };
      const credentials = [...this.#credentials.values()]
        .filter((entry) => entry.revision > revision)
        .map((entry) => entry.credential);
      return { kind: 'changes', credentials, position: this.#position(), plan: 'standard' };
    });

  #position(): Position {
    return { revision: this.revisionNow, hash: this.#history };
  }

  endAgain = async ({ revoked }: EndedBefore): Promise<Result<void>> =>
    this.#answer(() => {
      for (const id of revoked) {
        const known = this.#credentials.get(id)?.credential;
        if (known) this.put({ ...known, dates: { ...known.dates, revokedAt: 0, isRevoked: true } });
      }
    });

  reportUses = async (uses: readonly Use[]): Promise<Result<void>> => {
    if (this.isDeaf) return fail(fault('store_unreachable', 'The store cannot write.'));
    return this.#answer(() => {
      for (const { tokenId, consumer, lastUsedAt } of uses)
        this.lastUses.set(consumer === undefined ? tokenId : `${tokenId} ${consumer}`, lastUsedAt);
    });
  };

  #answer<T>(read: () => T): Result<T> {
    return this.isBroken ? fail(fault('store_unreachable', 'The store does not answer.')) : ok(read());
  }
}

/** A clock that stands still until a test moves it; sleeping moves it, after a turn of the event loop. */
export class StandingClock implements Clock {
  atMs = 1_000;
  now = () => this.atMs;
  monotonicMs = () => this.atMs;

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    this.atMs += ms;
  }
}
