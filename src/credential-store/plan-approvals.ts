/** Stores what projects declare of their guards, and the plans that were approved. */
import { authorize } from '../domain/access.js';
import { authorizeApply } from '../domain/apply-rights.js';
import { coverOfSettings, isWeaker, limitsOf, type ProjectSettings } from '../domain/approval.js';
import { fault } from '../domain/errors.js';
import { ok, type Result } from '../domain/result.js';
import type { PlanApproval } from '../ports/project-guard.js';
import { record } from './audit-log.js';
import { unlessGlassIsBroken } from './break-glass.js';
import {
  APPROVED_FOR_MS,
  type KeptApproval,
  type KeptProject,
  keepApproval,
  keepProject,
  keptApproval,
  keptProjects,
} from './project-settings.js';
import type { UnitOfWork } from './unit-of-work.js';

/** See `ProjectGuard.declareProject`. */
export async function declareProject(work: UnitOfWork, settings: ProjectSettings): Promise<Result<boolean>> {
  const may = work.principal === undefined ? ok(undefined) : authorizeApply(work.principal);
  if (!may.ok) return may;
  const all = await keptProjects(work);
  if (!all.ok) return all;
  const before = all.value.find(({ project }) => project === settings.project);
  if (before !== undefined && coverOfSettings(bare(before)) === coverOfSettings(settings)) return ok(false);
  if (before !== undefined && isWeaker(settings, before)) {
    const approved = await isApproved(work, coverOfSettings(settings));
    if (!approved.ok) return approved;
    const held = approved.value || isOperators(work, settings, before);
    const allowed = held
      ? ok(undefined)
      : await unlessGlassIsBroken(work, { kind: 'Project', name: settings.project }, WEAKER);
    if (!allowed.ok) return allowed;
  }
  const recorded = await record(
    work,
    { kind: 'Project', name: settings.project },
    { action: 'project.declared', detail: { guard: settings.guard, permissions: settings.permissions } },
  );
  if (!recorded.ok) return recorded;
  const kept = await keepProject(work, {
    ...settings,
    ...(before?.removals !== undefined && { removals: before.removals }),
  });
  return kept.ok ? ok(true) : kept;
}

const WEAKER = fault(
  'approval_required',
  'the guard would hold less than the one that was applied last; approve the plan with --approve DIGEST, which needs plans:approve',
);

const bare = ({ project, guard, permissions }: KeptProject): ProjectSettings => ({
  project,
  guard,
  permissions,
});

/** Limits on removals are the operator's to change; protection of an environment is not lifted without an approval. */
const isOperators = ({ principal }: UnitOfWork, next: ProjectSettings, before: ProjectSettings): boolean =>
  principal === undefined &&
  limitsOf(before).requireApproval.every((one) => limitsOf(next).requireApproval.includes(one));

/** See `ProjectGuard.approve`. */
export async function approvePlan(work: UnitOfWork, approval: PlanApproval): Promise<Result<void>> {
  const before = await keptApproval(work, approval.digest, work.now);
  if (!before.ok) return before;
  if (before.value !== undefined && isNoMore(approval, before.value)) return ok(undefined);
  const { principal, caller } = work;
  const may =
    principal === undefined ? ok(undefined) : authorize(principal, 'plans:approve', { kind: 'account' });
  if (!may.ok) return may;
  const { digest, project, covers, allowRemovals } = approval;
  const recorded = await record(
    work,
    { kind: 'Plan', name: digest },
    {
      action: 'plan.approved',
      detail: { project, effects: covers.length, ...(allowRemovals !== undefined && { allowRemovals }) },
    },
  );
  if (!recorded.ok) return recorded;
  // A plan of many steps arrives in parts.
  const known = before.value?.project === project ? before.value.covers : [];
  await keepApproval(work, {
    ...approval,
    ...{ covers: [...new Set([...known, ...covers])], by: caller.actor },
    expiresAt: work.now + APPROVED_FOR_MS,
  });
  return ok(undefined);
}

const isNoMore = (asked: PlanApproval, approved: KeptApproval): boolean =>
  asked.project === approved.project &&
  asked.covers.every((one) => approved.covers.includes(one)) &&
  (asked.allowRemovals ?? 0) <= (approved.allowRemovals ?? 0);

export async function approvalOf(work: UnitOfWork): Promise<Result<KeptApproval | undefined>> {
  const { approval } = work.caller;
  return approval === undefined ? ok(undefined) : keptApproval(work, approval, work.now);
}

export async function isApproved(work: UnitOfWork, cover: string): Promise<Result<boolean>> {
  const approval = await approvalOf(work);
  return approval.ok ? ok(approval.value?.covers.includes(cover) === true) : approval;
}
