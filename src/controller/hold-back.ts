/**
 * What a controller leaves undone of a plan: what is not approved, what would undo a manual change where
 * the policy is to report that, and removals until it is certain that no editor is saving the documents just now. The
 * rest is what is carried out.
 */
import { type ObjectRef, refText } from '../domain/objects.js';
import { ok, type Result } from '../domain/result.js';
import { type DurationMs, type Instant, NEVER, SECOND_MS } from '../domain/time.js';
import type { Cause } from '../plan/drift.js';
import { withoutSteps } from '../plan/guard.js';
import type { Plan, PlanInput, Step, StepId } from '../plan/plan.js';
import type { HoldBackReason } from '../plan/reasons.js';
import { isRemoval } from '../plan/removal.js';
import { approvalsFor } from '../plan/summary.js';
import type { LiveStore } from '../ports/live-store.js';
import { causesOf } from '../reconcile/drift-attribution.js';
import { stepsUndoingManualChanges } from './manual-changes.js';

/** What becomes of manual changes in the live store or in a sink. */
export type DriftPolicy = 'report' | 'heal';

/**
 * A removal cannot be taken back, and a large checkout takes a file away before it brings it elsewhere. Other
 * changes need no such patience.
 */
const REMOVAL_REST_MS: DurationMs = 2 * SECOND_MS;

/** One object of which something is left undone. */
export interface HeldBack {
  readonly object: ObjectRef;
  readonly reason: HoldBackReason;
  readonly steps: readonly StepId[];
  /** Who changed it, as far as the audit log tells. */
  readonly cause: Cause | undefined;
}

export interface HoldBack {
  /** What is left to do, in the order of the plan. */
  readonly steps: readonly Step[];
  readonly heldBack: readonly HeldBack[];
  /** When time alone lets more of it go; else NEVER. */
  readonly until: Instant;
}

export interface Circumstances {
  readonly input: PlanInput;
  readonly store: Pick<LiveStore, 'audit'>;
  readonly drift: DriftPolicy;
  /** How long the documents have read like this. */
  readonly restingMs: DurationMs;
}

/** Fails as the store does. */
export async function holdBack(plan: Plan, circumstances: Circumstances): Promise<Result<HoldBack>> {
  const { input, store, drift, restingMs } = circumstances;
  const byHand = drift === 'heal' ? ok([]) : await stepsUndoingManualChanges(plan.steps, input, store);
  if (!byHand.ok) return byHand;
  const unsettled = restingMs < REMOVAL_REST_MS ? plan.steps.filter(isRemoval) : [];
  const reasons = new Map<StepId, HoldBackReason>([
    ...marked(unapproved(plan, input), 'ApprovalRequired'),
    ...marked(unsettled, 'DocumentsChanging'),
    ...marked(byHand.value, 'ChangedManually'),
    ...marked(plan.steps.filter(isAdoption), 'ManualAdoptionRequired'),
  ]);
  const steps = withoutSteps(plan.steps, new Set(reasons.keys()));
  if (steps.length === plan.steps.length) return ok({ steps, heldBack: [], until: NEVER });
  const causes = await causesOf({ steps: byHand.value, findings: [], waiting: [] }, input, store);
  if (!causes.ok) return causes;
  const done = new Set(steps);
  const left = plan.steps.filter((step) => !done.has(step));
  const until = unsettled.length > 0 ? input.now + REMOVAL_REST_MS - restingMs : NEVER;
  return ok({ steps, heldBack: heldBackOf(left, reasons, causes.value), until });
}

const marked = (steps: readonly Step[], reason: HoldBackReason) =>
  steps.map(({ id }): [StepId, HoldBackReason] => [id, reason]);

/** Its document would be written where it is never committed, and then be missed. */
const isAdoption = ({ reason }: Step): boolean => reason === 'UnmanagedAdopted';

function unapproved({ steps, approvals }: Plan, { subjects }: PlanInput): readonly Step[] {
  if (approvals.length === 0) return [];
  const byObject = new Map(subjects.map((subject) => [refText(subject.ref), subject]));
  return steps.filter((step) => approvalsFor([step], approvals, byObject).length > 0);
}

/** What hangs on a step that is left undone is left undone for its reason. */
function heldBackOf(
  left: readonly Step[],
  own: ReadonlyMap<StepId, HoldBackReason>,
  causes: ReadonlyMap<string, Cause>,
): readonly HeldBack[] {
  const reasons = new Map(own);
  const objects = new Map<string, HeldBack>();
  for (const { id, object, dependsOn } of left) {
    const name = refText(object);
    const before = objects.get(name);
    const reason = own.get(id) ?? dependsOn.map((step) => reasons.get(step)).find((one) => one !== undefined);
    if (reason === undefined) throw new Error(`step ${id} is not held back`);
    reasons.set(id, reason);
    objects.set(name, {
      object,
      reason: before?.reason ?? reason,
      steps: [...(before?.steps ?? []), id],
      cause: causes.get(name),
    });
  }
  return [...objects.values()];
}
