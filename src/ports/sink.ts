/**
 * Where secrets are delivered. A sink is read, written by compare-and-set, and read again: "200 OK" is
 * not a receipt (rotation.md, steps 2 and 3).
 */
import type { SinkDeclaration, SinkId } from '../domain/kinds/index.js';
import type { Expectation, Fingerprint, Receipt } from '../domain/live.js';
import type { Result } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';

export interface SinkDelivery {
  readonly secret: Secret;
  /** `ApiKey/billing-prod`, for formats that can say whose secret they hold. */
  readonly object: string;
  readonly generation: number;
  readonly expected: Expectation;
}

export interface Sinks {
  /** Where a sink is, for the record of a delivery: this machine and the sink's real path on it. */
  locate(id: SinkId): string;
  /** Is that where a delivery was recorded? A sink that all machines share is in one place for everybody. */
  isHere(id: SinkId, recorded: string): boolean;
  /** Receipts in the order asked. Never rejects: what cannot be read is `unknown`. Reads each file once. */
  read(ids: readonly SinkId[]): Promise<readonly Receipt[]>;
  /** `sink_moved` when the sink holds something unexpected; then nothing was written. */
  deliver(sink: SinkDeclaration, delivery: SinkDelivery): Promise<Result<void>>;
  /**
   * Reads the sink back under its lock, so that no write is half way: the touch after which a stale
   * writer can no longer get through. `sink_moved` unless it holds `fingerprint`.
   */
  confirm(id: SinkId, fingerprint: Fingerprint): Promise<Result<void>>;
  /** The sinks that were delivered to from this working folder, as far as it is remembered; any may be in use. */
  delivered(): Promise<readonly SinkId[]>;
  /** Takes out what a sink holds if that is `fingerprint`; anything else stays, and is no fault. */
  withdraw(id: SinkId, fingerprint: Fingerprint): Promise<Result<void>>;
  /** What a sink holds, to prove possession with; undefined when that is nothing or cannot be read. */
  take(id: SinkId): Promise<Secret | undefined>;
}
