/**
 * Answers "is this key good?" from memory, in microseconds, and keeps that memory true by following the
 * store's changes. It fails closed: once the changes could not be read for longer than a bound, it says
 * that it does not know, and that is never `valid`.
 *
 * It does not report use. A key whose consumers are checked only here looks unused to the store, so such
 * keys should not be handed over by `observed` (rotation.md, step 5).
 */
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import type { DurationMs } from '../domain/time.js';
import type { VerificationRequest } from '../domain/verification.js';
import type { Clock } from '../ports/clock.js';
import type { CredentialFeed } from '../ports/credential-feed.js';
import type { Verification } from '../ports/live-store.js';
import { CredentialIndex, type IndexSize } from './credential-index.js';

/** How long the memory is trusted after the changes were last read. */
export const STALE_AFTER_MS: DurationMs = 2_000;

const SNAPSHOT_PAGE = 10_000;

/** The verifier cannot tell: its memory is too old. Refuse, or ask the store itself. */
export interface Unavailable {
  readonly valid: false;
  readonly code: 'UNAVAILABLE';
  readonly key?: undefined;
}

export type Answer = Verification | Unavailable;

export interface Verifier {
  /** Never throws. `UNAVAILABLE` when the changes were last read longer ago than the bound, and after `close`. */
  verify(token: string, request?: VerificationRequest): Answer;
  /**
   * Reads what changed until now: what the store did before the call is in force when it resolves. On a
   * fault the memory stays as it was and keeps ageing.
   */
  refresh(): Promise<Result<void>>;
  /** Refreshes every `everyMs` until the signal aborts, then resolves. Faults are outlived: it tries again. */
  follow(everyMs: DurationMs, signal: AbortSignal): Promise<void>;
  size(): IndexSize;
  /** Forgets everything and closes the feed. */
  close(): Promise<void>;
}

const UNAVAILABLE: Unavailable = Object.freeze({ valid: false, code: 'UNAVAILABLE' });
const WENT_BACK =
  'The store is older than what was read from it before, as after restoring a backup. Nothing in memory is trusted; the next refresh reads all of it again.';
const ANYTHING: VerificationRequest = Object.freeze({});

/** Reads every credential of the feed into memory. Faults are those of the feed. */
export async function createVerifier(
  feed: CredentialFeed,
  clock: Clock,
  staleAfterMs: DurationMs = STALE_AFTER_MS,
): Promise<Result<Verifier>> {
  const verifier = new FollowingVerifier(feed, clock, staleAfterMs);
  const loaded = await verifier.refresh();
  return loaded.ok ? ok(verifier) : loaded;
}

/** The credentials as of some instant, and the change up to which they are complete. */
interface Memory {
  readonly index: CredentialIndex;
  readonly revision: number;
}

class FollowingVerifier implements Verifier {
  readonly #feed: CredentialFeed;
  readonly #clock: Clock;
  readonly #staleAfterMs: DurationMs;
  #memory: Memory | undefined;
  /** Monotonic: everything that the store did before it is in the memory. */
  #trueAtMs = Number.NEGATIVE_INFINITY;
  #isClosed = false;
  #lastRefresh: Promise<unknown> = Promise.resolve();

  constructor(feed: CredentialFeed, clock: Clock, staleAfterMs: DurationMs) {
    this.#feed = feed;
    this.#clock = clock;
    this.#staleAfterMs = staleAfterMs;
  }

  verify(token: string, request: VerificationRequest = ANYTHING): Answer {
    const isStale = this.#clock.monotonicMs() - this.#trueAtMs > this.#staleAfterMs;
    if (this.#memory === undefined || isStale) return UNAVAILABLE;
    return this.#memory.index.verify(token, request, this.#clock.now());
  }

  // One after another, never joined: a refresh already under way may have read before the caller's change.
  refresh(): Promise<Result<void>> {
    const refreshed = this.#lastRefresh.then(() => this.#catchUp());
    this.#lastRefresh = refreshed.catch(() => undefined);
    return refreshed;
  }

  async follow(everyMs: DurationMs, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.#isClosed) {
      await this.refresh();
      await sleepUnlessAborted(this.#clock, everyMs, signal);
    }
  }

  size(): IndexSize {
    return this.#memory?.index.size ?? { credentials: 0, indexBytes: 0, nameBytes: 0, standings: 0 };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#memory = undefined;
    await this.#lastRefresh;
    await this.#feed.close();
  }

  async #catchUp(): Promise<Result<void>> {
    if (this.#isClosed) return fail(fault('interrupted', 'The verifier is closed.'));
    const memory = this.#memory === undefined ? await load(this.#feed) : ok(this.#memory);
    if (!memory.ok) return memory;
    const { index, revision } = memory.value;
    const startedMs = this.#clock.monotonicMs();
    const changed = await this.#feed.changedSince(revision);
    if (!changed.ok) return changed;
    if (this.#isClosed) return fail(fault('interrupted', 'The verifier was closed meanwhile.'));
    if (changed.value.revision < revision) {
      this.#memory = undefined;
      return fail(fault('interrupted', WENT_BACK));
    }
    for (const credential of changed.value.credentials) index.put(credential);
    this.#memory = { index, revision: changed.value.revision };
    this.#trueAtMs = startedMs;
    return ok(undefined);
  }
}

/** The revision first: what changes while the pages are read is then seen twice rather than missed. */
async function load(feed: CredentialFeed): Promise<Result<Memory>> {
  const pepper = await feed.pepper();
  if (!pepper.ok) return pepper;
  const revision = await feed.revision();
  if (!revision.ok) return revision;
  const index = new CredentialIndex(pepper.value);
  let after: string | undefined;
  do {
    const page = await feed.snapshot(after, SNAPSHOT_PAGE);
    if (!page.ok) return page;
    for (const credential of page.value.credentials) index.put(credential);
    after = page.value.next;
  } while (after !== undefined);
  return ok({ index, revision: revision.value });
}

async function sleepUnlessAborted(clock: Clock, ms: DurationMs, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
