/**
 * The account that a store is: its plan and what clients keep about it, how much its keys are used, who serves it,
 * and which requests were answered before. `store_unreachable` and `store_tampered` are possible everywhere.
 */
import type { Plan } from '../domain/billing-plan.js';
import type { Result } from '../domain/result.js';
import { type DurationMs, HOUR_MS, type Instant } from '../domain/time.js';
import type { Idempotency } from './idempotency.js';
import type { By } from './identity.js';

export interface Account {
  /** `us_acc_…`. */
  readonly id: string;
  readonly name: string;
  readonly plan: Plan;
  /** Opaque JSON by name. */
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

/** What is undefined stays as it is; an attribute that is null is taken away. */
export interface AccountChange {
  readonly name?: string | undefined;
  readonly plan?: Plan | undefined;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** Uses of keys that were accepted, of one environment on one day, UTC. */
export interface Usage {
  /** `2027-01-31` */
  readonly day: string;
  readonly environment: string;
  /** The environment was production (F6). */
  readonly isBillable: boolean;
  readonly uses: number;
}

/** A Keywright process: a server, with the verifier in it, a controller, or a verifier in another application's process. */
export interface Instance {
  /** Of this run of it. */
  readonly id: string;
  readonly kind: 'server' | 'controller' | 'verifier';
  readonly name: string;
  readonly version: string;
  readonly startedAt: Instant;
  /** The change up to which its memory is complete; absent: it has none. */
  readonly revision?: number;
  /** By how much its machine's clock is ahead of the store's; absent: there is one clock. */
  readonly clockSkewMs?: number;
  /** The store knows of its uses until then, and hand-overs wait for later ones; absent: it keeps none. */
  readonly usesUntil?: Instant;
}

/** How long, at most, an instance keeps uses to itself while the store cannot be written. */
export const KEEP_USES_MS: DurationMs = HOUR_MS;

export interface SeenInstance extends Omit<Instance, 'revision' | 'usesUntil' | 'clockSkewMs'> {
  readonly clockSkewMs: number | undefined;
  readonly lastSeenAt: Instant;
  /** Changes that it had not read then; undefined: it follows none, or does not say. */
  readonly behind: number | undefined;
}

export type Beginning =
  /** Whatever it did already, it has not been answered. */
  | { readonly kind: 'unanswered' }
  /** It was answered before, so. */
  | { readonly kind: 'again'; readonly answer: unknown };

export interface Accounts {
  account(): Promise<Result<Account>>;
  /** Changes the plan, for owners only. `bad_request` for an unreadable name. */
  change(change: AccountChange, by: By): Promise<Result<Account>>;

  /** Of those days, both included, by day and environment. */
  usage(from: string, until: string): Promise<Result<readonly Usage[]>>;

  /** That this one is there now. Of a thousand, those that were seen last are kept. */
  seen(instance: Instance): Promise<Result<void>>;
  /** Those of the last seven days, by kind and name. */
  instances(): Promise<Result<readonly SeenInstance[]>>;

  /** Was it answered in the last day? `refused` for a key that another request has. */
  begin(once: Idempotency): Promise<Result<Beginning>>;
  /** What is answered from now on. `answer` holds no secret. */
  finish(once: Idempotency, answer: unknown): Promise<Result<void>>;
}
