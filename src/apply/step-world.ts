/** What a step may touch, and what it is. Each action has a file in steps/ that does it and decides nothing. */

import type { Ownership } from '../domain/live.js';
import type { Declaration } from '../domain/objects.js';
import type { Result } from '../domain/result.js';
import type { DurationMs } from '../domain/time.js';
import type { Action, Step } from '../plan/plan.js';
import type { Lease, LiveStore, Mutation, Outcome } from '../ports/live-store.js';
import type { Identity, Sealing } from '../ports/sealing.js';
import type { Sinks } from '../ports/sink.js';
import type { Rollouts } from './rollout.js';

export interface StepWorld {
  readonly store: Pick<LiveStore, 'fetch'>;
  readonly sinks: Sinks;
  readonly sealing: Pick<Sealing, 'open'>;
  readonly identity: Identity;
  readonly ownership: Ownership;
  readonly rollouts: Rollouts;
  readonly keepDocument: KeepDocument;
  /** Makes sure of the lease; every write outside the store begins with it. */
  ensureLease(): Promise<Result<Lease>>;
  /** How long a request outside the store may still take, asked before each one. */
  leaseLeftMs(): DurationMs;
  /** Writes to the store, under the lease and in the caller's name. */
  mutate(mutation: Mutation): Promise<Result<Outcome>>;
}

/** Writes the document of a live object beside the others, durably, unless it is there already. */
export type KeepDocument = (declaration: Declaration) => Promise<Result<void>>;

export type StepOf<A extends Action> = Extract<Step, { action: A }>;

/** Does one step. Doing it again after any failure is harmless. */
export type Doer<A extends Action> = (step: StepOf<A>, world: StepWorld) => Promise<Result<unknown>>;
