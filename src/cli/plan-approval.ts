/** Tells the store what was agreed to, before a plan is carried out: its approval, and the guard that holds from then on. */
import type { LeaseKeeper } from '../apply/lease.js';
import { type Covered, coverOf, coverOfSettings, type ProjectSettings } from '../domain/approval.js';
import { ok, type Result } from '../domain/result.js';
import type { Plan, Step } from '../plan/plan.js';
import type { Caller, LiveStore } from '../ports/live-store.js';
import { type Failure, failed } from './failure.js';

/** How a plan was agreed to. */
export interface Agreement {
  /** By a saved plan, its digest or a typed yes, and not by a flag alone. */
  readonly isApproved: boolean;
  /** `--allow-removals`. */
  readonly allowRemovals?: number | undefined;
  /** `--break-glass`. */
  readonly breakGlass?: string | undefined;
}

export interface Agreed extends Agreement {
  readonly plan: Plan;
  readonly project: string;
  /** Absent where no documents of the project were read: its guard stays as it is. */
  readonly settings?: ProjectSettings | undefined;
}

/** Gives the caller of the plan's effects. */
export async function prepare(
  { store, lease }: { readonly store: LiveStore; readonly lease: LeaseKeeper },
  { plan, project, settings, isApproved, allowRemovals, breakGlass }: Agreed,
  caller: Caller,
): Promise<Result<Caller, Failure>> {
  const acting = { ...caller, approval: plan.digest, ...(breakGlass !== undefined && { breakGlass }) };
  if (isApproved || allowRemovals !== undefined) {
    const covers = isApproved ? plan.steps.flatMap(coverOfStep) : [];
    const own = isApproved && settings !== undefined ? [coverOfSettings(settings)] : [];
    const approval = { digest: plan.digest, project, covers: [...covers, ...own], allowRemovals };
    const approved = await store.approve(approval, acting);
    // Who may not approve can still apply what needs no approval; the store refuses the rest.
    if (!approved.ok && approved.error.code !== 'forbidden') return failed(approved.error);
  }
  if (settings === undefined) return ok(acting);
  const held = await lease.ensure();
  if (!held.ok) return failed(held.error);
  const declared = await store.declareProject(settings, held.value, acting);
  return declared.ok ? ok(acting) : failed(declared.error);
}

/** Delivering, confirming and promoting are of the version that was issued. */
function coverOfStep(step: Step): readonly string[] {
  const effect = effectOf(step);
  return effect === undefined ? [] : [coverOf(effect)];
}

function effectOf({ action, object, detail }: Step): Covered | undefined {
  const revision = 'revision' in detail ? { revision: detail.revision } : {};
  if ('declaration' in detail) return { kind: action, declaration: detail.declaration, ...revision };
  const isEffect = ['adopt', 'delete', 'issue', 'revoke'].includes(action);
  return isEffect ? { kind: action, object, ...revision } : undefined;
}
