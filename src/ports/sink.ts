/**
 * Where secrets are delivered. A sink is read, written by compare-and-set, and read again: "200 OK" is
 * not a receipt (docs/rotation.md, steps 2 and 3).
 */

import type { SinkDeclaration, SinkId } from '../domain/kinds/index.js';
import type { Expectation, Fingerprint, Receipt } from '../domain/live.js';
import type { Result } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';
import type { Bundle } from '../domain/sinks/bundle.js';
import type { DurationMs } from '../domain/time.js';
import type { Refreshes } from './refresh.js';

export interface SinkDelivery {
  readonly bundle: Bundle;
  /** `ApiKey/billing-prod`, for formats that can say whose secret they hold. */
  readonly object: string;
  readonly generation: number;
  readonly expected: Expectation;
  /** Absent: no limit of its own. */
  readonly withinMs?: Within;
}

/**
 * What is left of the lease: no request may still be under way then. A function is asked before each request, because the
 * lease is renewed while requests wait for their turn.
 */
export type Within = DurationMs | (() => DurationMs);

/** What a sink has to hold to be confirmed; `revision` where it shows no values. */
export interface Confirmed {
  readonly fingerprint: Fingerprint;
  readonly revision?: string | undefined;
  readonly withinMs?: Within;
}

export interface Sinks {
  /** Where a sink is, for the record of a delivery: this machine and the sink's real path on it, or the service's address. */
  locate(id: SinkId): string;
  /** Is that where a delivery was recorded? A sink that all machines share is in one place for everybody. */
  isHere(id: SinkId, recorded: string): boolean;
  /** Receipts in the order asked. Never rejects: what cannot be read is `unknown`. Reads each object once. */
  read(ids: readonly SinkId[]): Promise<readonly Receipt[]>;
  /**
   * `sink_moved` when the sink holds something unexpected; then nothing was written. Answers with the revision that was read
   * back where values are not shown.
   */
  deliver(sink: SinkDeclaration, delivery: SinkDelivery): Promise<Result<{ readonly revision?: string }>>;
  /**
   * Reads the sink back, and touches it: afterwards no conditional write that began earlier can land. `sink_moved` unless
   * it holds what is to be confirmed.
   */
  confirm(id: SinkId, confirmed: Confirmed): Promise<Result<{ readonly revision?: string }>>;
  /** The sinks that were delivered to from this working folder, as far as it is remembered; any may be in use. */
  delivered(): Promise<readonly SinkId[]>;
  /** Takes out what a sink holds if that is `fingerprint`; anything else stays, and is no fault. */
  withdraw(
    id: SinkId,
    fingerprint: Fingerprint,
    limit?: { readonly withinMs?: Within },
  ): Promise<Result<void>>;
  /** Absent: nothing is ever started again here. */
  readonly refreshes?: Refreshes;
  /** The connections that requests wait for now, because of how many a second these are declared to take. */
  limiting?(): readonly string[];
  /** What a sink holds, to prove possession with; undefined when that is nothing or cannot be read. */
  take(id: SinkId): Promise<Secret | undefined>;
}
