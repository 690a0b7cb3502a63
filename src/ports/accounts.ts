/**
 * The account that a store is: its plan and what clients keep about it, how much its keys are used, who serves it,
 * and which requests were answered before. `store_unreachable` and `store_tampered` are possible everywhere.
 */
import type { Plan } from '../domain/plans.js';
import type { Result } from '../domain/result.js';
import type { DurationMs, Instant } from '../domain/time.js';
import type { By } from './authority.js';

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

/** A process of ours: a server, with the verifier in it, or a controller. */
export interface Instance {
  /** Of this run of it. */
  readonly id: string;
  readonly kind: 'server' | 'controller';
  readonly name: string;
  readonly version: string;
  readonly startedAt: Instant;
}

export interface SeenInstance extends Instance {
  readonly lastSeenAt: Instant;
}

/** A request that is to have its effect once, however often it is sent. */
export interface OnceOnly {
  /** Whose key it is: two callers may choose the same. */
  readonly caller: string;
  readonly key: string;
  /** Digest of the route and the body. */
  readonly request: string;
}

export type Beginning =
  | { readonly kind: 'first' }
  /** It was answered before, so. */
  | { readonly kind: 'again'; readonly answer: unknown };

export interface Accounts {
  account(): Promise<Result<Account>>;
  /** The plan is its owners' to change. `bad_request` for a name that nobody can read. */
  change(change: AccountChange, by: By): Promise<Result<Account>>;

  /** Of those days, both included, by day and environment. */
  usage(from: string, until: string): Promise<Result<readonly Usage[]>>;

  /** That this one is there now. */
  seen(instance: Instance): Promise<Result<void>>;
  /** Those of the last seven days, by kind and name. */
  instances(): Promise<Result<readonly SeenInstance[]>>;

  /**
   * Claims the key for `lifeMs`. `conflict` while the same request is under way, or was when its server went away;
   * `refused` for a key that another request has.
   */
  begin(once: OnceOnly, lifeMs: DurationMs): Promise<Result<Beginning>>;
  /** What is answered from now on. `answer` holds no secret. */
  finish(once: OnceOnly, answer: unknown): Promise<Result<void>>;
  /** It had no effect, so it may be tried again. */
  abandon(once: OnceOnly): Promise<Result<void>>;
}
