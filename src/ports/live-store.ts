/**
 * The live credential store, as the reconciler and the commands see it. Plain data in and out, so that a
 * remote implementation is the same calls over HTTP. Every method may reject only with a bug; expected
 * failures are values. `store_unreachable` is possible everywhere.
 */

import type { HashedEntry } from '../domain/audit-hash.js';
import type { Review, ReviewLimits } from '../domain/hygiene.js';
import type { SinkId } from '../domain/kinds/index.js';
import type {
  Fingerprint,
  KnownToken,
  LiveDependent,
  LiveObject,
  LiveSummary,
  Ownership,
  UsageCoverage,
} from '../domain/live.js';
import type { Declaration, ObjectRef } from '../domain/objects.js';
import type { Result } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';
import type { DurationMs, Instant } from '../domain/time.js';
import type { VerificationCode, VerificationRequest } from '../domain/verification.js';
import type { Caller, Lease } from './caller.js';
import type { LeaseClaim, LeaseHolder } from './lease.js';
import type { ProjectGuard } from './project-guard.js';
import type { Recipient } from './sealing.js';
import type { SignIns } from './sign-ins.js';

export { type Caller, type Lease, WRITERS } from './caller.js';
export type { LeaseClaim, LeaseHolder, ProcessMark } from './lease.js';

export interface StoreFacts {
  readonly storeId: string;
  /** The store's clock: the *now* of planning. */
  readonly now: Instant;
  /**
   * How long after a promotion a write of a stale reconciler may still land: lease TTL, longest request
   * and clock skew (rotation.md, step 4).
   */
  readonly settleMs: DurationMs;
  /** Late by at most the 2 seconds that a verifier may continue without reporting (credential-feed.ts). */
  readonly usage: UsageCoverage;
}

/** Effects of a reconciler. Each is one transaction with its audit entry and its change, and idempotent. */
export type Mutation =
  | {
      readonly kind: 'create';
      readonly declaration: Declaration;
      readonly ownership: Ownership;
      /** Of an environment: its two automatic keys are not made. */
      readonly automaticKeys?: 'none';
    }
  | {
      readonly kind: 'update';
      readonly declaration: Declaration;
      readonly ownership: Ownership;
      readonly revision: number;
      /** What it is called until now: it is renamed, keeps all that it has, and what names it follows. */
      readonly former?: ObjectRef;
    }
  /** Take over without touching: only the ownership changes. */
  | {
      readonly kind: 'adopt';
      readonly object: ObjectRef;
      readonly ownership: Ownership;
      readonly revision: number;
    }
  /**
   * The object is a tombstone from then on. A key's accepted versions end at now + overlap; an
   * environment takes its automatic keys with it. `in_use` while other objects depend on it.
   */
  | {
      readonly kind: 'delete';
      readonly object: ObjectRef;
      readonly overlapMs: DurationMs;
      readonly revision: number;
    }
  /** `generation` must be the newest plus one, or the newest itself while its envelope is kept: the same request again. */
  | {
      readonly kind: 'issue';
      readonly object: ObjectRef;
      readonly generation: number;
      readonly recipient: Recipient;
    }
  /** Needs a delivery for every declared sink. Moves the label `current`; predecessors retire; the envelope is erased. */
  | {
      readonly kind: 'promote';
      readonly object: ObjectRef;
      readonly generation: number;
      readonly deliveries: readonly ConfirmedDelivery[];
    }
  /**
   * The newest version ends at `expiresAt`, or not by itself (null), as far as its declaration allows now. Never earlier
   * than it did, and never one that has ended.
   */
  | {
      readonly kind: 'extend';
      readonly object: ObjectRef;
      readonly generation: number;
      readonly expiresAt: Instant | null;
    }
  /** Final. Versions named by number; those already revoked stay as they are. */
  | { readonly kind: 'revoke'; readonly object: ObjectRef; readonly generations: readonly number[] };

export interface ConfirmedDelivery {
  readonly sink: SinkId;
  readonly fingerprint: Fingerprint;
  readonly machine: string;
  /** Of a sink that shows no values: what it showed instead. */
  readonly revision?: string;
}

/**
 * Effects that a person asks for. Fenced by the object's own facts, not by the lease: an emergency never waits. `object`
 * may have an id for its name: then that object is meant, whatever is called as it was since.
 */
export type Request =
  /** Created manually: no project declares it until one adopts it. The name may be any. */
  | { readonly kind: 'create'; readonly declaration: Declaration }
  /**
   * Another declaration, whichever project owns the object and still does: of a project's it is drift. `moved` unless it is as it was
   * seen. Versions of a key end no later than it says from now on, and the newest no earlier.
   */
  | {
      readonly kind: 'update';
      readonly declaration: Declaration;
      readonly revision: number;
      /** What it is called until now: it is renamed, keeps all that it has, and what names it follows. */
      readonly former?: ObjectRef;
    }
  /**
   * At once, whichever project owns it: keys are revoked, people leave their teams and the account, and their keys die.
   * `in_use` while something else depends on it.
   */
  | { readonly kind: 'remove'; readonly object: ObjectRef }
  | { readonly kind: 'requestRotation'; readonly object: ObjectRef }
  /** Every accepted version, or the one with that token id, ends at now + overlap; `overlapMs: 0`: at once. */
  | {
      readonly kind: 'revoke';
      readonly object: ObjectRef;
      readonly overlapMs: DurationMs;
      readonly tokenId?: string;
      /** `in_use`, with what uses it, unless what would end was not used within the time that the key calls quiet. */
      readonly onlyIfUnused?: boolean;
    }
  /** Confirms the hand-over to the newest version. `proof` is that version's token: possession. */
  | { readonly kind: 'acknowledge'; readonly object: ObjectRef; readonly proof: Secret }
  | { readonly kind: 'deactivate' | 'activate'; readonly object: ObjectRef }
  /** Out of every team and out of the account, at once; `conflict` for the last active owner. */
  | { readonly kind: 'removePerson'; readonly object: ObjectRef };

export interface Outcome {
  /** The object's revision after the effect. */
  readonly revision: number;
  /** False when the state was already as asked: nothing was written. */
  readonly changed: boolean;
  /** Of `issue`: the sealed secret, for the recipient only. */
  readonly issued?: { readonly id: string; readonly fingerprint: Fingerprint; readonly sealed: string };
  /**
   * Of an `issue` that drew the secret just now, in this process and for a recipient other than a claim: what the box
   * holds, so that it need not be opened. Asked again, and across a wire, there is the box alone.
   */
  readonly drawn?: Secret;
}

export interface Verification {
  readonly valid: boolean;
  readonly code: VerificationCode;
  /** Present whenever the token is a Keywright token, valid or not. */
  readonly key?: {
    readonly keyId: string;
    readonly name: string;
    readonly version: number;
    readonly type: string;
    readonly environment: string;
    readonly owner: string;
    readonly permissions: readonly string[];
    readonly expiresAt: Instant | undefined;
  };
}

export interface AuditEntry extends Omit<HashedEntry, 'detail'> {
  /** Facts of the effect; never secret. */
  readonly detail: Readonly<Record<string, unknown>>;
  readonly hash: string;
}

export interface Checkpoint {
  /** The last entry there was. */
  readonly seq: number;
  readonly at: Instant;
  /** A JWS that says so: EdDSA, compact. */
  readonly line: string;
}

export interface CheckpointsHeld {
  readonly checkpoints: number;
  /** The last entry that one of them vouches for; 0: none. */
  readonly seq: number;
}

export interface Change {
  readonly seq: number;
  readonly at: Instant;
  readonly object: ObjectRef;
  readonly action: string;
}

export interface ObjectPage {
  readonly kind: ObjectRef['kind'];
  /** `ObjectRef.name` of the last one of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
}

export interface LiveStore extends ProjectGuard, SignIns {
  facts(): Promise<Result<StoreFacts>>;
  /** Every live object, sorted by `compareRefs`. */
  survey(): Promise<Result<readonly LiveSummary[]>>;
  /** Full facts of those that exist, sorted by `compareRefs`. */
  fetch(refs: readonly ObjectRef[]): Promise<Result<readonly LiveObject[]>>;

  /** Full facts of live objects of a kind by name, those after `after`, at most `limit` and 1,000. */
  list(page: ObjectPage): Promise<Result<readonly LiveObject[]>>;

  /** The live objects that references mean which go by id or alias; undefined for those that mean none. */
  resolve(
    references: readonly { readonly kind: string; readonly name: string }[],
  ): Promise<Result<readonly (ObjectRef | undefined)[]>>;

  /** Live objects that name this one, with removed keys whose versions have not all ended. */
  dependents(ref: ObjectRef): Promise<Result<readonly LiveDependent[]>>;

  /** What a look over all live keys finds, whichever project manages them; nothing of it is drift. */
  review(limits: ReviewLimits): Promise<Result<Review>>;

  /** Whose these tokens are, by their ids: those it knows, of live and of removed keys, sorted by id. */
  tokens(ids: readonly string[]): Promise<Result<readonly KnownToken[]>>;

  /** Of writers unless it is named. `locked` while another process holds it. */
  acquireLease(holder: string, ttlMs: DurationMs, name?: string, claim?: LeaseClaim): Promise<Result<Lease>>;
  /** Who holds it, of writers unless it is named; undefined when it is free. */
  leaseHolder(name?: string): Promise<Result<LeaseHolder | undefined>>;
  renewLease(lease: Lease): Promise<Result<Lease>>;
  releaseLease(lease: Lease): Promise<Result<void>>;
  mutate(mutation: Mutation, lease: Lease, caller: Caller): Promise<Result<Outcome>>;

  request(request: Request, caller: Caller): Promise<Result<Outcome>>;
  /** The secret of a key without sinks, once; a publishable one always. */
  claim(object: ObjectRef, caller: Caller): Promise<Result<Secret>>;
  /** Counts as a use of the key, by `consumer` if named. */
  verify(token: Secret, request: VerificationRequest, consumer?: string): Promise<Result<Verification>>;

  /** Entries after `since`, oldest first, at most `limit`. */
  audit(query: {
    readonly since?: number;
    readonly object?: string;
    readonly limit?: number;
  }): Promise<Result<readonly AuditEntry[]>>;
  /**
   * Walks the whole chain, and holds every row against what it tells. `audit_broken` names the first entry that does
   * not hold; `store_tampered` a row that is not as the log tells, as one that was put back.
   */
  verifyAudit(): Promise<Result<{ readonly entries: number; readonly head: string }>>;
  /**
   * Says, signed, how far the log goes now: a line to keep where a writer of the database cannot write. It is what
   * shows that the whole database was put back, log and all.
   */
  checkpoint(): Promise<Result<Checkpoint>>;
  /**
   * Is the log still the one that these lines were written about? `audit_broken` for one that is not signed by this
   * store, whose entry is gone, or is another.
   */
  verifyCheckpoints(lines: readonly string[]): Promise<Result<CheckpointsHeld>>;
  changes(since: number, limit: number): Promise<Result<readonly Change[]>>;
  /**
   * Calls `listener` soon after an effect of any caller became durable (not after mere use), and when effects
   * may have gone unheard, as after a lost connection. A hint and nothing more: read `changes` from what
   * was seen last, and look now and then without being called. Gives what ends it.
   */
  watch(listener: () => void): () => void;
  close(): Promise<void>;
}
