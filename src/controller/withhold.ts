/**
 * What a controller leaves undone of a plan: what nobody approved, and, where the policy is to report drift,
 * what would undo a change made by hand. The rest is the plan to carry out.
 */
import type { ObjectRef } from '../domain/objects.js';
import { refText } from '../domain/objects.js';
import { ok, type Result } from '../domain/result.js';
import type { Cause } from '../plan/drift.js';
import { withoutSteps } from '../plan/guard.js';
import type { Plan, PlanInput, Step, StepId } from '../plan/plan.js';
import { approvalsFor } from '../plan/summary.js';
import type { LiveStore } from '../ports/live-store.js';
import { stepsByHand } from './by-hand.js';
import { causesOf } from './causes.js';

/** What becomes of changes made by hand in the live store or in a sink. */
export type DriftPolicy = 'report' | 'heal';

/** Why something is left undone. */
export const WITHHELD_REASONS = {
  ApprovalRequired: 'Its environment requires approval: keywright apply --approve DIGEST.',
  ChangedByHand:
    'It was changed by hand, and the policy is to report that: keywright apply, or run --drift heal.',
} as const;
export type WithheldReason = keyof typeof WITHHELD_REASONS;

/** One object of which something is left undone. */
export interface Withheld {
  readonly object: ObjectRef;
  readonly reason: WithheldReason;
  readonly steps: readonly StepId[];
  /** Who changed it, as far as the audit log tells. */
  readonly cause: Cause | undefined;
}

export interface Withholding {
  /** What is left to do, in the order of the plan. */
  readonly steps: readonly Step[];
  readonly withheld: readonly Withheld[];
}

/** Fails as the store does. */
export async function withhold(
  plan: Plan,
  {
    input,
    store,
    drift,
  }: { readonly input: PlanInput; readonly store: LiveStore; readonly drift: DriftPolicy },
): Promise<Result<Withholding>> {
  const byHand = drift === 'heal' ? ok(NONE) : await stepsByHand(plan.steps, input, store);
  if (!byHand.ok) return byHand;
  const unapproved = stepsToApprove(plan, input);
  const steps = withoutSteps(plan.steps, new Set([...byHand.value, ...unapproved]));
  if (steps.length === plan.steps.length) return ok({ steps, withheld: [] });
  const kept = new Set(steps);
  const left = plan.steps.filter((step) => !kept.has(step));
  const causes = await causesOf({ steps: left.filter(({ id }) => byHand.value.has(id)) }, store);
  if (!causes.ok) return causes;
  return ok({ steps, withheld: withheldOf(left, byHand.value, causes.value) });
}

const NONE: ReadonlySet<StepId> = new Set();

function stepsToApprove({ steps, approvals }: Plan, { subjects }: PlanInput): ReadonlySet<StepId> {
  if (approvals.length === 0) return NONE;
  const byObject = new Map(subjects.map((subject) => [refText(subject.ref), subject]));
  const asked = steps.filter((step) => approvalsFor([step], approvals, byObject).length > 0);
  return new Set(asked.map(({ id }) => id));
}

/** What hangs on a step that is left undone is left undone for the same reason. */
function withheldOf(
  left: readonly Step[],
  byHand: ReadonlySet<StepId>,
  causes: ReadonlyMap<string, Cause>,
): readonly Withheld[] {
  const hanging = new Set<StepId>(byHand);
  const objects = new Map<string, Withheld>();
  for (const { id, object, dependsOn } of left) {
    if (dependsOn.some((before) => hanging.has(before))) hanging.add(id);
    const name = refText(object);
    const before = objects.get(name);
    const reason =
      before?.reason === 'ChangedByHand' || hanging.has(id) ? 'ChangedByHand' : 'ApprovalRequired';
    objects.set(name, { object, reason, steps: [...(before?.steps ?? []), id], cause: causes.get(name) });
  }
  return [...objects.values()];
}
