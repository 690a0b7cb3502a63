/** Who acts, with whose rights, and under which lease: what every effect on the live store comes with. */
import type { Principal } from '../domain/principal.js';
import type { DurationMs, Instant } from '../domain/time.js';
import type { Attempt } from './idempotency.js';

/** Who acts and by which path; goes into the audit log with every effect. */
export interface Caller {
  /** `ada@build-7`, `reconciler`, … */
  readonly actor: string;
  /** `cli:revoke`, `apply`, `http`, … */
  readonly path: string;
  /** What is done is to be done once. */
  readonly once?: Attempt;
  /**
   * Whose rights decide, in the transaction of the effect and as they are then: `forbidden`, `unauthenticated`. Absent:
   * the operator of the store, who has its master key.
   */
  readonly principal?: Principal;
  /** Digest of the approved plan that the effect is of. */
  readonly approval?: string;
  /** A person said yes to this very act. */
  readonly isApproved?: boolean;
  /** Why a guard is to be broken, in an emergency. */
  readonly breakGlass?: string;
}

/** The lease of writers, the only one that mutations are done under. */
export const WRITERS = 'reconciler';

export interface Lease {
  /** Which lease it is: `WRITERS`, or one that elects a leader and fences nothing. */
  readonly name: string;
  readonly holder: string;
  /** Grows by one with every take-over. Carried by every mutation of a reconciler; a stale one is refused. */
  readonly epoch: number;
  readonly until: Instant;
  readonly ttlMs: DurationMs;
}
