/**
 * The guard of a project as the store keeps it, and enforces it for every caller, whichever documents they have:
 * approvals of plans, limits on removals, administrators that must remain. `store_unreachable` and `store_tampered` are
 * possible everywhere.
 */
import type { ProjectSettings } from '../domain/approval.js';
import type { Result } from '../domain/result.js';
import type { Caller, Lease } from './caller.js';

export interface PlanApproval {
  /** Of the plan. */
  readonly digest: string;
  readonly project: string;
  /** `coverOf` each effect of the plan. */
  readonly covers: readonly string[];
  /** So many objects may be removed by it, whatever the guard says. */
  readonly allowRemovals?: number | undefined;
}

export interface ProjectGuard {
  /**
   * What the project declares of itself from now on. True if that is something else. `approval_required` for a guard that
   * holds less than the one before, unless `caller.approval` is a plan that was approved with it.
   */
  declareProject(settings: ProjectSettings, lease: Lease, caller: Caller): Promise<Result<boolean>>;
  /** What was declared last, by project. */
  projects(): Promise<Result<readonly ProjectSettings[]>>;
  /**
   * Approves a plan for a week, for any caller that applies it. `forbidden` without `plans:approve`, unless the same was approved
   * already.
   */
  approve(approval: PlanApproval, caller: Caller): Promise<Result<void>>;
}
