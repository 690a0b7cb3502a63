/** What the HTTP layer is handed: the store, who is calling, the memory that verifies, and where it is written down. */
import type { Entropy } from '../domain/entropy.js';
import type { Result } from '../domain/result.js';
import type { Accounts } from '../ports/accounts.js';
import type { Admin } from '../ports/admin.js';
import type { Clock } from '../ports/clock.js';
import type { Events } from '../ports/events.js';
import type { IdentityService } from '../ports/identity.js';
import type { LiveStore } from '../ports/live-store.js';
import type { Secrets } from '../ports/secrets.js';
import type { driftJson } from '../render/drift-text.js';
import type { PlanDocument } from '../render/plan-json.js';
import type { Verifier } from '../verifier/verifier.js';
import type { CallerAddresses } from './caller-address.js';
import type { Entitlements } from './entitlements.js';

export interface HttpDependencies {
  readonly store: LiveStore;
  /** `us_acc_…`: of the one account of this store. */
  readonly accountId: string;
  readonly authority: IdentityService;
  readonly admin: Admin;
  readonly secrets: Secrets;
  readonly events: Events;
  readonly accounts: Accounts;
  readonly entitlements: Entitlements;
  readonly previews: Previews;
  readonly verifier: Verifier;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: HttpLog;
  readonly metrics: HttpMetrics;
  readonly limits: Limits;
  /** Where requests come from, behind proxies too. */
  readonly callers: CallerAddresses;
  /** Of pages that may talk to this server from a browser; `*` is any. */
  readonly origins: readonly string[];
  readonly readiness: () => Promise<Readiness>;
  /** Aborted when the server is to stop: streams end, and it is no longer ready. */
  readonly stopping: AbortSignal;
}

export type Check = 'ok' | 'degraded' | 'failed';

/** May requests be sent here, and what was looked at. */
export interface Readiness {
  readonly ready: boolean;
  readonly checks: {
    readonly storeRead: Check;
    readonly storeWrite: Check;
    readonly verification: Check;
    /** Degraded: uses of keys are kept in memory, because the store cannot be written. */
    readonly usage: Check;
    /** Degraded: this machine's clock is off. */
    readonly clock: Check;
    /** Degraded: the store went back to an older state while this server ran, or is older than its checkpoints. */
    readonly history: Check;
  };
}

/** Of which project, and which manager of it. */
export interface PlanScope {
  readonly project?: string | undefined;
  readonly manager?: string | undefined;
}

/**
 * What the commands of these names print as JSON, against what was applied last. `bad_request` where several could be
 * meant, `not_found` where nothing is live.
 */
export interface Previews {
  plan(scope: PlanScope): Promise<Result<PlanDocument>>;
  drift(scope: PlanScope): Promise<Result<ReturnType<typeof driftJson>>>;
}

export interface Limits {
  /** Requests per minute of one caller, or of one address while it is not authenticated. */
  readonly requestsPerMinute: number;
  /** Concurrent requests; more are answered 503. */
  readonly concurrent: number;
  /** Streams of changes that are open at once. */
  readonly streams: number;
}

/** One request, answered. Nothing in it is secret; texts that callers chose are escaped. */
export interface RequestEntry {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly ms: number;
  /** The caller; undefined if not authenticated. */
  readonly actor: string | undefined;
  readonly address: string;
  readonly agent: string;
}

export interface HttpLog {
  request(entry: RequestEntry): void;
  /** A bug, or a part that does not answer. `cause` stays here. */
  failure(requestId: string, message: string, cause: unknown): void;
}

export interface HttpMetrics {
  /** `route` is a pattern, `unknown` for an unknown route. */
  request(what: {
    readonly route: string;
    readonly method: string;
    readonly status: number;
    readonly ms: number;
  }): void;
  /** The same of one that was answered from memory: it happens too often for more than a count. */
  answered(route: string, status: number): void;
  text(): Promise<{ readonly body: string; readonly type: string }>;
}
