/**
 * What the adapter of a type of sink does: reads one object, and writes it on the condition that it still is as it was
 * read. What is compared, confirmed and taken out is decided once for all of them (object-sinks.ts).
 *
 * Every call has a deadline, and is one attempt: a driver retries nothing and follows no redirects, because a write that
 * is tried again is a stale writer's late write (docs/rotation.md).
 */

import type { ConnectionSpec } from '../domain/connections/index.js';
import type { CredentialReference } from '../domain/connections/reference.js';
import type { Entropy } from '../domain/entropy.js';
import type { Result } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';
import type { SinkAbility } from '../domain/sinks/index.js';
import type { DurationMs } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';

/** What an object holds: one read of it. */
export interface Held {
  /** By name; undefined where the service shows no values. */
  readonly values: ReadonlyMap<string, string> | undefined;
  /** Another one after every write. Undefined where the service has none. */
  readonly revision: string | undefined;
  /** Who else wrote a value last, by its name, where the service says so. */
  readonly managers?: ReadonlyMap<string, string>;
}

/** One atomic write of an object. Fields that are not named stay as they are. */
export interface Write {
  readonly set: ReadonlyMap<string, Secret>;
  /** An object that Keywright created and that is left without fields may be deleted. */
  readonly remove: readonly string[];
  /** What was read: `sink_moved`, with nothing written, unless that is still so. Undefined: there was nothing. */
  readonly over: Held | undefined;
  /** Whose secrets are set, for services that can keep it beside them: `ApiKey/billing-prod`, and the names in `set`. */
  readonly of: readonly {
    readonly object: string;
    readonly generation: number;
    readonly fields?: readonly string[];
  }[];
}

/** What a write led to, where the answer to it says so; absent: it is read where it matters. */
export interface Written {
  readonly revision: string;
}

export interface Call {
  /** Aborted at the deadline. The outcome of a write that was under way is unknown then: `sink_unavailable`. */
  readonly signal: AbortSignal;
}

/**
 * Faults: `sink_moved` the condition failed, and nothing was written; `sink_forbidden` for 401 and 403; `sink_refused` for
 * what will never be accepted (invalid, too large, immutable); `sink_unavailable` for 408, 429, 5xx and no answer, with
 * `retryAfterMs` where it was said. No fault has a secret in it.
 */
export interface Driver {
  /** What can be done with an object, where its type alone does not say; asked before anything else. */
  ability?(object: string, call: Call): Promise<Result<SinkAbility>>;
  /** How long one request for this object may take; absent: ten seconds. */
  deadlineMs?(object: string): DurationMs;
  /** Undefined for an object that does not exist. Never called where `read` of its ability is `nothing`. */
  read(object: string, call: Call): Promise<Result<Held | undefined>>;
  // biome-ignore lint/suspicious/noConfusingVoidType: most services tell nothing, and their drivers answer so.
  write(object: string, write: Write, call: Call): Promise<Result<Written | void>>;
  /**
   * Makes every conditional write that began earlier fail, and changes no value; fails like a write. Absent where that
   * cannot be done, or where a lock does it.
   */
  touch?(object: string, over: Held, call: Call): Promise<Result<void>>;
  /** Work on objects that no other process does meanwhile: a lock. Absent: the condition of a write is enough. */
  exclusively?<T>(work: () => Promise<Result<T>>): Promise<Result<T>>;
}

/** A Connection as a driver needs it. */
export interface NamedConnection {
  readonly name: string;
  readonly spec: ConnectionSpec;
}

/** What drivers may use of this machine; supplied by main. */
export interface DriverWorld {
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** The working folder, absolute. */
  readonly root: string;
  /** Folders that sinks which are files may be in (Project.spec.sinkRoots). */
  readonly roots: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The lock that all processes of this working folder share. */
  readonly exclusively: <T>(work: () => Promise<Result<T>>) => Promise<Result<T>>;
  /** The credential that a reference names, read now. `sink_refused` when it does not exist, with its name and no more. */
  credential(reference: CredentialReference): Promise<Result<Secret>>;
}

/** Opens the driver for one connection; `undefined` for types without one. */
export type OpenDriver = (connection: NamedConnection | undefined, world: DriverWorld) => Driver;
