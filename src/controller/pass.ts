/**
 * One pass of reconcile: documents → gather → plan → hold back → apply → the outcome. Level-based: nothing tells
 * it what has changed, and making it once too often is harmless. Holds no state from one pass to the next.
 */
import { apply } from '../apply/apply.js';
import type { ApplyEvent } from '../apply/attempts.js';
import { holdLease, type LeaseKeeper } from '../apply/lease.js';
import { settingsOf } from '../domain/approval.js';
import { type Fault, fault } from '../domain/errors.js';
import { DOCUMENTS_MANAGER, type Ownership } from '../domain/live.js';
import { refText } from '../domain/objects.js';
import { fail, ok, type Result } from '../domain/result.js';
import { type Instant, NEVER } from '../domain/time.js';
import { type Cause, type Difference, differencesOf } from '../plan/drift.js';
import { wakeAt } from '../plan/next-wakeup.js';
import type { Plan, PlanInput, Step } from '../plan/plan.js';
import type { HoldBackReason } from '../plan/reasons.js';
import type { Report } from '../plan/report.js';
import type { Clock } from '../ports/clock.js';
import type { LiveStore } from '../ports/live-store.js';
import type { Processes } from '../ports/processes.js';
import type { Identity, Sealing } from '../ports/sealing.js';
import type { Sinks } from '../ports/sink.js';
import { CONTROLLER_PATH, causesOf } from '../reconcile/drift-attribution.js';
import { preview } from '../reconcile/preview.js';
import {
  type Commit,
  type Documents,
  type PassFailure,
  passFailure,
  type ReadDocuments,
} from './documents.js';
import { type DriftPolicy, type HeldBack, holdBack } from './hold-back.js';

export interface PassWorld {
  readonly documents: ReadDocuments;
  readonly store: LiveStore;
  readonly sinks: Sinks;
  readonly sealing: Sealing;
  /** Whom new secrets are sealed to. */
  readonly identity: Identity;
  readonly clock: Clock;
  /** Who is at work, for the lease and the audit log. */
  readonly actor: string;
  readonly drift: DriftPolicy;
  readonly processes?: Processes | undefined;
  /** Aborted: nothing new starts, what runs is finished. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: ApplyEvent) => void;
}

export interface PassOutcome {
  /** Everything that differs, what guards say and what is waited for; made last, under the lease if anything was done. */
  readonly plan: Plan;
  readonly commit: Commit | undefined;
  /** What was left undone, and why. */
  readonly heldBack: readonly HeldBack[];
  /** What `keywright drift` would say if all that is not held back was done: none as long as live is as declared. */
  readonly differences: readonly Difference[];
  /** What was done; undefined when there was nothing to do. */
  readonly report: Report | undefined;
  /** When to look again, by the store's clock as `plan.now` is: at once after doing something. NEVER if time changes nothing. */
  readonly wakeAt: Instant;
}

/**
 * Fails when the documents are wrong, the store does not answer, or another process holds the lease (`locked`);
 * then nothing was done. Steps that failed are in the report. Rejects only with a bug.
 */
export async function pass(world: PassWorld): Promise<Result<PassOutcome, PassFailure>> {
  const documents = await world.documents();
  if (!documents.ok) return documents;
  const seen = await decide(world, documents.value);
  if (!seen.ok || seen.value.steps.length === 0) return seen.ok ? ok(seen.value.outcome) : seen;
  const { processes } = world;
  const lease = await holdLease(world.store, world.clock, world.actor, { waitMs: 0, processes });
  if (!lease.ok) return failed(lease.error);
  try {
    // Until this process got the lease another may have been at work, and the documents may say something else by now.
    const newest = await world.documents();
    if (!newest.ok) return newest;
    const decided = await decide(world, newest.value);
    if (!decided.ok || decided.value.steps.length === 0)
      return decided.ok ? ok(decided.value.outcome) : decided;
    const { outcome, steps } = decided.value;
    const { store, sinks, sealing, identity, clock, actor, signal, onEvent } = world;
    const declared = await declare(world, lease.value, newest.value);
    if (!declared.ok) return failed(declared.error);
    const report = await apply(
      { digest: outcome.plan.digest, steps },
      {
        ...{ store, sinks, sealing, identity, clock, lease: lease.value },
        caller: { actor, path: CONTROLLER_PATH },
        ownership: ownershipOf(newest.value),
        ...(signal && { signal }),
        ...(onEvent && { onEvent }),
      },
    );
    const hasDone = report.summary.succeeded > 0;
    return ok({ ...outcome, report, wakeAt: hasDone ? outcome.plan.now : outcome.wakeAt });
  } finally {
    await lease.value.release();
  }
}

/** A guard that holds less than before needs an approval; until then the store holds the one before. */
async function declare(
  { store, actor }: PassWorld,
  lease: LeaseKeeper,
  { desired }: Documents,
): Promise<Result<void>> {
  const held = await lease.ensure();
  if (!held.ok) return held;
  const caller = { actor, path: CONTROLLER_PATH };
  const declared = await store.declareProject(settingsOf(desired.project), held.value, caller);
  return declared.ok || declared.error.code === 'approval_required' ? ok(undefined) : declared;
}

interface Decided {
  readonly outcome: PassOutcome;
  /** To be carried out. */
  readonly steps: readonly Step[];
}

async function decide(world: PassWorld, documents: Documents): Promise<Result<Decided, PassFailure>> {
  const { store, sinks, identity, drift } = world;
  const { desired, commit } = documents;
  const seen = await preview({
    ...{ desired, store, sinks, recipient: identity.recipient, allowRemovals: undefined },
    ownership: ownershipOf(documents),
  });
  if (!seen.ok) return failed(seen.error);
  const { plan, input, isLive, quietUntil } = seen.value;
  const problems = documents.unresolved(isLive);
  if (problems.length > 0) return fail(passFailure(unresolvedNames(problems.length), problems));
  const chosen = await holdBack(plan, { input, store, drift, restingMs: documents.restingMs ?? NEVER });
  if (!chosen.ok) return failed(chosen.error);
  const { steps, heldBack, until } = chosen.value;
  const differences = await leftOf(plan, { steps, heldBack, input, store });
  if (!differences.ok) return failed(differences.error);
  const at = Math.min(until, wakeAt(plan, input, quietUntil));
  const outcome = { plan, commit, heldBack, differences: differences.value, report: undefined, wakeAt: at };
  return ok({ steps, outcome });
}

interface Chosen {
  /** To be carried out. */
  readonly steps: readonly Step[];
  readonly heldBack: readonly HeldBack[];
  readonly input: PlanInput;
  readonly store: LiveStore;
}

/** The reason why a step is held back names its cause already, so the log is asked of the rest alone. */
async function leftOf(
  { steps: all, findings, waiting }: Plan,
  { steps, heldBack, input, store }: Chosen,
): Promise<Result<readonly Difference[]>> {
  const done = new Set(steps);
  const outlook = { steps: [], findings, waiting };
  const causes = await causesOf(outlook, input, store);
  if (!causes.ok) return causes;
  const known = heldBack.map(({ object, reason, cause }): [string, Cause | undefined] => [
    refText(object),
    cause ?? (MEANT.has(reason) ? { documents: true } : undefined),
  ]);
  const byObject = new Map(
    [...causes.value, ...known].flatMap(([name, cause]) => (cause ? [[name, cause] as const] : [])),
  );
  return ok(differencesOf({ ...outlook, steps: all.filter((step) => !done.has(step)) }, byObject));
}

/** Of these the documents moved. */
const MEANT: ReadonlySet<HoldBackReason> = new Set(['ApprovalRequired', 'DocumentsChanging']);

const ownershipOf = ({ desired }: Documents): Ownership => ({
  project: desired.project.name,
  manager: DOCUMENTS_MANAGER,
});

const failed = (error: Fault) => fail(passFailure(error));

const unresolvedNames = (count: number): Fault =>
  fault(
    'invalid_documents',
    `${count === 1 ? 'one reference in the documents is' : `${count} references in the documents are`} neither declared nor live; nothing was changed`,
  );
