/**
 * Answers "is this key good?" from memory, in microseconds, and keeps that memory true by following the
 * store's changes. It fails closed: once the changes could not be read for longer than a bound, it says
 * that it does not know, and that is never `valid`. Every refresh also reports which keys were used, under
 * the same bound: what a hand-over takes for silence is never use that a verifier kept to itself. Where the store
 * knows this verifier and waits for its uses, they may be kept for longer while the store cannot be written.
 */

import { pause } from '../async/pause.js';
import type { Plan } from '../domain/billing-plan.js';
import { type Fault, fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import type { DurationMs, Instant } from '../domain/time.js';
import type { VerificationRequest } from '../domain/verification.js';
import type { Clock } from '../ports/clock.js';
import type { CredentialFeed } from '../ports/credential-feed.js';
import type { Verification } from '../ports/live-store.js';
import type { IndexSize } from './credential-index.js';
import { load, loadAgain, type Memory, report } from './memory.js';

/**
 * Is how long, in milliseconds, memory is trusted after changes were last read and uses last reported.
 */
export const STALE_AFTER_MS: DurationMs = 2_000;

/** Under a storm of changes, reading them all together costs one look for many. */
const FOLLOW_AT_MOST_EVERY_MS: DurationMs = 50;

/** Uses that are kept while the store cannot be written; with more, nothing is answered from memory. */
export const USES_KEPT_MAX = 250_000;

/**
 * Is the answer when a verifier cannot know: its memory is too old, or the server cannot be reached. Refuse then.
 */
export interface Unavailable {
  readonly valid: false;
  readonly code: 'UNAVAILABLE';
  readonly key?: undefined;
}

/** Is what a verifier answers: the verification of the key, or that the answer is unknown. */
export type Answer = Verification | Unavailable;

export interface Verifier {
  /**
   * Never throws. Counts as a use of the key, by `consumer` if named, here or for the whole verifier.
   * `UNAVAILABLE` when the last good refresh is longer ago than the bound, and after `close`.
   */
  verify(token: string, request?: VerificationRequest, consumer?: string): Answer;
  /**
   * Reads what changed until now, and reports uses: what the store did before the call is in force when it
   * resolves, and the store knows of uses until then. On a fault of either the memory keeps ageing, and
   * uses that were not reported are kept for the next time.
   */
  refresh(): Promise<Result<void>>;
  /**
   * Refreshes whenever the store reports a change, at most every 50 ms, and every `everyMs` in any case, until
   * the signal aborts, then resolves. Faults are outlived: it tries again.
   */
  follow(everyMs: DurationMs, signal: AbortSignal): Promise<void>;
  /**
   * While the memory was not trusted, the store answered this about a token. If the memory would say otherwise it is behind,
   * and is not trusted before a refresh that begins after now: a refused token is not accepted again by it.
   */
  outrun(answer: Verification, token: string, request: VerificationRequest): void;
  size(): IndexSize;
  uses(): KeptUses;
  /** The last time that the store was found to be older than it had been; undefined: never. */
  setback(): Setback | undefined;
  /** The change up to which the memory is complete; 0 before the first change. */
  revision(): number;
  /** Of the account, as far as the memory goes; undefined when it is unknown. It is no part of what `verify` says. */
  plan(): Plan | undefined;
  /** Reports the last uses, forgets everything and closes the feed. A fault if those uses are lost. */
  close(): Promise<Result<void>>;
}

/** What the store does not know yet. */
export interface KeptUses {
  /** Versions, by consumer. */
  readonly kept: number;
  /** The store knows of every use before it; undefined: of none. */
  readonly until: Instant | undefined;
  /** They could not be reported the last time, because the store cannot be written. */
  readonly areHeldBack: boolean;
}

/** A store went back, as when an older copy is restored. */
export interface Setback {
  readonly at: Instant;
  /** The change up to which it had been read, and the newest that it has now. */
  readonly from: number;
  readonly to: number;
  /** Versions and keys that had been revoked or stopped, and were so again. */
  readonly endedAgain: number;
}

const UNAVAILABLE: Unavailable = Object.freeze({ valid: false, code: 'UNAVAILABLE' });
const WENT_BACK =
  'The store does not match what was read before, for example after restoring a backup. The next refresh reads all of it again.';
const ANYTHING: VerificationRequest = Object.freeze({});

export interface Following {
  /** `STALE_AFTER_MS` if absent. A longer one lets a hand-over miss uses of as long. */
  readonly staleAfterMs?: DurationMs;
  /** Whose uses these are when a call does not say. */
  readonly consumer?: string;
  /**
   * How long uses may be kept while the store can be read and not written: not at all if absent. More than that is for
   * those alone whom the store knows (`seen`), so that hand-overs wait for their uses.
   */
  readonly keepUsesMs?: () => DurationMs;
  readonly onSetback?: (setback: Setback) => void;
}

/** Reads every credential of the feed into memory. Faults are those of the feed. */
export async function createVerifier(
  feed: CredentialFeed,
  clock: Clock,
  following: Following = {},
): Promise<Result<Verifier>> {
  const verifier = new FollowingVerifier(feed, clock, following);
  const loaded = await verifier.refresh();
  return loaded.ok ? ok(verifier) : loaded;
}

class FollowingVerifier implements Verifier {
  readonly #feed: CredentialFeed;
  readonly #clock: Clock;
  readonly #staleAfterMs: DurationMs;
  readonly #consumer: string | undefined;
  readonly #keepUsesMs: () => DurationMs;
  #memory: Memory | undefined;
  /** Monotonic: everything that the store did before it is in the memory, and uses before it in the store. */
  #trueAtMs = Number.NEGATIVE_INFINITY;
  /** Monotonic: the memory is of no use if it is only true as of before. */
  #outrunAtMs = Number.NEGATIVE_INFINITY;
  /** Monotonic, and by the clock: uses before it are in the store. */
  #reportedAtMs = Number.NEGATIVE_INFINITY;
  #usesUntil: Instant | undefined;
  #areUsesHeldBack = false;
  #plan: Plan | undefined;
  /** Of a store that went back since: what ended there stays ended. */
  #before: Memory | undefined;
  #setback: Setback | undefined;
  readonly #onSetback: ((setback: Setback) => void) | undefined;
  #isClosed = false;
  #lastRefresh: Promise<unknown> = Promise.resolve();

  constructor(feed: CredentialFeed, clock: Clock, following: Following) {
    this.#feed = feed;
    this.#clock = clock;
    this.#staleAfterMs = following.staleAfterMs ?? STALE_AFTER_MS;
    this.#consumer = following.consumer;
    this.#keepUsesMs = following.keepUsesMs ?? (() => 0);
    this.#onSetback = following.onSetback;
  }

  verify(token: string, request: VerificationRequest = ANYTHING, consumer = this.#consumer): Answer {
    if (this.#memory === undefined) return UNAVAILABLE;
    // Also when the answer may not be given: a caller that sends a key during an outage still holds it.
    const answer = this.#memory.index.verify(token, request, { now: this.#clock.now(), consumer });
    const isStale = this.#clock.monotonicMs() - this.#trueAtMs > this.#staleAfterMs;
    return isStale || this.#trueAtMs < this.#outrunAtMs ? UNAVAILABLE : answer;
  }

  outrun(answer: Verification, token: string, request: VerificationRequest): void {
    const occasion = { now: this.#clock.now(), consumer: this.#consumer };
    const remembered = this.#memory?.index.verify(token, request, occasion);
    if (remembered?.code !== answer.code) this.#outrunAtMs = this.#clock.monotonicMs();
  }

  // One after another, never joined: a refresh already under way may have read before the caller's change.
  refresh(): Promise<Result<void>> {
    const refreshed = this.#lastRefresh.then(() => this.#catchUp());
    this.#lastRefresh = refreshed.catch(() => undefined);
    return refreshed;
  }

  async follow(everyMs: DurationMs, signal: AbortSignal): Promise<void> {
    const changes = new Signal();
    const unwatch = this.#feed.watch(() => changes.notify());
    const stop = (): void => changes.notify();
    signal.addEventListener('abort', stop, { once: true });
    const breathMs = Math.min(FOLLOW_AT_MOST_EVERY_MS, everyMs);
    while (!signal.aborted && !this.#isClosed) {
      const changed = changes.next();
      await this.refresh();
      await pause(this.#clock, breathMs, signal);
      await pause(this.#clock, everyMs - breathMs, changed);
    }
    signal.removeEventListener('abort', stop);
    unwatch();
  }

  size(): IndexSize {
    return this.#memory?.index.size ?? { credentials: 0, indexBytes: 0, nameBytes: 0, sharedFacts: 0 };
  }

  uses(): KeptUses {
    const kept = this.#memory?.index.uses.size ?? 0;
    return { kept, until: this.#usesUntil, areHeldBack: this.#areUsesHeldBack };
  }

  setback(): Setback | undefined {
    return this.#setback;
  }

  revision(): number {
    return this.#memory?.position.revision ?? 0;
  }

  plan(): Plan | undefined {
    return this.#memory === undefined ? undefined : this.#plan;
  }

  async close(): Promise<Result<void>> {
    const memory = this.#memory;
    this.#isClosed = true;
    this.#memory = undefined;
    await this.#lastRefresh;
    const reported = memory ? await report(this.#feed, memory.index.uses) : ok(undefined);
    await this.#feed.close();
    return reported;
  }

  async #catchUp(): Promise<Result<void>> {
    if (this.#isClosed) return fail(fault('interrupted', 'The verifier is closed.'));
    const memory = this.#memory === undefined ? await this.#load() : ok(this.#memory);
    if (!memory.ok) return memory;
    const startedMs = this.#clock.monotonicMs();
    const startedAt = this.#clock.now();
    // At once, so that a revocation does not wait for a report that waits for its turn to write.
    const [read, reported] = await Promise.all([
      this.#readChanges(memory.value),
      report(this.#feed, memory.value.index.uses),
    ]);
    this.#areUsesHeldBack = !reported.ok && reported.error.isReadable === true;
    if (reported.ok) {
      this.#reportedAtMs = startedMs;
      this.#usesUntil = startedAt;
    }
    if (!read.ok) return read;
    if (reported.ok || this.#mayKeepUses(reported.error)) this.#trueAtMs = startedMs;
    return reported;
  }

  async #load(): Promise<Result<Memory>> {
    const before = this.#before;
    if (before === undefined) return load(this.#feed);
    const now = this.#clock.now();
    const loaded = await loadAgain(this.#feed, before, now);
    if (!loaded.ok) return loaded;
    const { memory, endedAgain } = loaded.value;
    this.#before = undefined;
    this.#setback = { at: now, from: before.position.revision, to: memory.position.revision, endedAgain };
    this.#onSetback?.(this.#setback);
    return ok(memory);
  }

  /** Not while they are merely late: another process may be able to write, and hand a key over for want of them. */
  #mayKeepUses({ isReadable }: Fault): boolean {
    const keptMs = this.#clock.monotonicMs() - this.#reportedAtMs;
    return isReadable === true && keptMs <= this.#keepUsesMs() && this.uses().kept <= USES_KEPT_MAX;
  }

  async #readChanges({ index, position }: Memory): Promise<Result<void>> {
    const changed = await this.#feed.changedSince(position);
    if (!changed.ok) return changed;
    if (this.#isClosed) return fail(fault('interrupted', 'The verifier was closed during the call.'));
    if (changed.value.kind === 'another-history') {
      this.#before = { index, position };
      this.#memory = undefined;
      return fail(fault('interrupted', WENT_BACK));
    }
    for (const credential of changed.value.credentials) index.put(credential);
    this.#memory = { index, position: changed.value.position };
    this.#plan = changed.value.plan;
    return ok(undefined);
  }
}

/** Ends a sleep; a notification in between is kept for the next. */
class Signal {
  #notified = new AbortController();

  notify(): void {
    this.#notified.abort();
  }

  /** Aborted by the next notification from now on. */
  next(): AbortSignal {
    this.#notified = new AbortController();
    return this.#notified.signal;
  }
}
