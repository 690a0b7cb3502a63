/**
 * Holds the guards of projects, whoever calls (docs/adr/0027): in a protected environment nothing changes that no approved
 * plan covers, no more is removed than a project allows itself, and administrators remain. Upkeep needs no approval
 * (docs/adr/0007). Breaking the glass gets around it, and is written down.
 */
import { authorize } from '../domain/access.js';
import { coverOf, coverOfSettings, isWeaker, limitsOf, type ProjectSettings } from '../domain/approval.js';
import { type Fault, fault } from '../domain/errors.js';
import { isVisibleText } from '../domain/kinds/fields.js';
import { declaredEnd, stateOf } from '../domain/lifecycle.js';
import { type Declaration, type ObjectRef, refOf, refText } from '../domain/objects.js';
import { isActiveAdministrator } from '../domain/people.js';
import { personOf } from '../domain/principal.js';
import { authorizeApply } from '../domain/reconciling.js';
import { fail, ok, type Result } from '../domain/result.js';
import { type DurationMs, HOUR_MS } from '../domain/time.js';
import type { Mutation, Request } from '../ports/live-store.js';
import type { PlanApproval } from '../ports/project-guard.js';
import {
  APPROVED_FOR_MS,
  type KeptApproval,
  type KeptProject,
  keepApproval,
  keepProject,
  keptApproval,
  keptProjects,
} from './project-settings.js';
import { record } from './record.js';
import { declarationOf, refOfRow, versionFactsOf } from './rows.js';
import type { ObjectRow } from './storage-port.js';
import { findLive, genuine } from './stored.js';
import type { Work } from './work.js';

/** See `ProjectGuard.declareProject`. */
export async function declareProject(work: Work, settings: ProjectSettings): Promise<Result<boolean>> {
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
  'the guard would hold less than the one that was applied last; approve the plan with --approve DIGEST, as somebody with plans:approve',
);

const bare = ({ project, guard, permissions }: KeptProject): ProjectSettings => ({
  project,
  guard,
  permissions,
});

/** Limits on removals are the operator's to change; protection of an environment is not lifted without an approval. */
const isOperators = ({ principal }: Work, next: ProjectSettings, before: ProjectSettings): boolean =>
  principal === undefined &&
  limitsOf(before).requireApproval.every((one) => limitsOf(next).requireApproval.includes(one));

/** See `ProjectGuard.approve`. */
export async function approvePlan(work: Work, approval: PlanApproval): Promise<Result<void>> {
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
  // A plan of many steps comes in parts.
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

async function approvalOf(work: Work): Promise<Result<KeptApproval | undefined>> {
  const { approval } = work.caller;
  return approval === undefined ? ok(undefined) : keptApproval(work, approval, work.now);
}

async function isApproved(work: Work, cover: string): Promise<Result<boolean>> {
  const approval = await approvalOf(work);
  return approval.ok ? ok(approval.value?.covers.includes(cover) === true) : approval;
}

/** What a reconciler does: `approval_required` in a protected environment, `refused` for a removal too many. */
export async function holdGuard(work: Work, mutation: Mutation): Promise<Result<void>> {
  const projects = await keptProjects(work);
  if (!projects.ok || projects.value.length === 0) return projects.ok ? ok(undefined) : projects;
  const rows = await rowsOf(work, mutation);
  if (!rows.ok) return rows;
  const environment = protectedAmong(projects.value, environmentsOf(mutation, rows.value));
  if (environment !== undefined && !(await isUpkeep(work, mutation, rows.value[0]))) {
    const approved = await isApproved(work, coverOf(mutation));
    if (!approved.ok) return approved;
    const object = objectOf(mutation);
    const allowed = approved.value
      ? ok(undefined)
      : await unlessGlassIsBroken(work, object, unapproved(object, environment));
    if (!allowed.ok) return allowed;
  }
  const [row] = rows.value;
  return mutation.kind === 'delete' && row !== undefined
    ? countRemoval(work, row, projects.value)
    : ok(undefined);
}

const unapproved = (object: ObjectRef, environment: string): Fault =>
  fault(
    'approval_required',
    `${refText(object)}: ${environment} requires approval, and no approved plan covers this; approve the plan with --approve DIGEST, or use --break-glass REASON in an emergency`,
  );

/**
 * What a person asks for of something that a project declares in a protected environment: their own yes approves it, if they may
 * approve. An emergency stop, and the confirmation of a hand-over, never wait.
 */
export async function holdApproval(work: Work, request: Request): Promise<Result<void>> {
  if (request.kind === 'deactivate' || request.kind === 'acknowledge') return ok(undefined);
  const projects = await keptProjects(work);
  if (!projects.ok || projects.value.length === 0) return projects.ok ? ok(undefined) : projects;
  const rows = await rowsOf(work, request);
  if (!rows.ok) return rows;
  const isDeclared = rows.value.some(({ project }) => project !== null) || 'declaration' in request;
  const environment = protectedAmong(projects.value, environmentsOf(request, rows.value));
  if (environment === undefined || !isDeclared) return ok(undefined);
  return heldBy(work, objectOf(request), environment);
}

/** The same of one key, by whichever route. */
export async function holdApprovalOfKey(work: Work, row: ObjectRow): Promise<Result<void>> {
  const projects = await keptProjects(work);
  if (!projects.ok) return projects;
  const environment = protectedAmong(projects.value, [environmentOf(declarationOf(row))]);
  if (environment === undefined || row.project === null) return ok(undefined);
  return heldBy(work, refOfRow(row), environment);
}

async function heldBy(work: Work, object: ObjectRef, environment: string): Promise<Result<void>> {
  const { principal, caller } = work;
  const may =
    principal === undefined ? ok(undefined) : authorize(principal, 'plans:approve', { kind: 'account' });
  if (may.ok && caller.isApproved === true) return ok(undefined);
  return unlessGlassIsBroken(work, object, unapprovedAct(object, environment));
}

const unapprovedAct = (object: ObjectRef, environment: string): Fault =>
  fault(
    'approval_required',
    `${refText(object)}: ${environment} requires approval by somebody with plans:approve; in an emergency give a reason with --break-glass`,
  );

const REASON_MAX = 500;

/** The refusal, unless a person gives a reason to go on in spite of it: that is written down. */
async function unlessGlassIsBroken(
  work: Work,
  object: { readonly kind: string; readonly name: string },
  refusal: Fault,
): Promise<Result<void>> {
  const { caller, principal } = work;
  if (caller.breakGlass === undefined) return fail(refusal);
  const reason = caller.breakGlass.trim();
  if (reason === '' || !isVisibleText(reason, REASON_MAX))
    return fail(fault('bad_request', `break-glass needs a reason of 1 to ${REASON_MAX} visible characters`));
  if (principal !== undefined && personOf(principal) === undefined)
    return fail(fault('forbidden', 'breaking the glass is for people; sign in as one'));
  const recorded = await record(work, object, {
    action: 'guard.broken',
    detail: { reason, refused: refusal.code },
  });
  return recorded.ok ? ok(undefined) : recorded;
}

type Change = Mutation | Request;

function objectOf(change: Change): ObjectRef {
  return 'declaration' in change ? refOf(change.declaration) : change.object;
}

async function rowsOf(work: Work, change: Change): Promise<Result<readonly ObjectRow[]>> {
  const former = 'former' in change ? change.former : undefined;
  const rows: ObjectRow[] = [];
  for (const ref of [...(former ? [former] : []), objectOf(change)]) {
    const row = await findLive(work, ref);
    const checked = row && genuine(work, row);
    if (checked?.ok === false) return checked;
    if (row !== undefined) rows.push(row);
  }
  return ok(rows);
}

function environmentsOf(change: Change, rows: readonly ObjectRow[]): readonly (string | undefined)[] {
  const declared = 'declaration' in change ? [change.declaration] : [];
  return [...declared, ...rows.map(declarationOf)].map(environmentOf);
}

function environmentOf({ kind, metadata, spec }: Declaration): string | undefined {
  if (kind === 'Environment') return metadata.name;
  return 'environment' in spec ? spec.environment : undefined;
}

const protectedAmong = (
  projects: readonly KeptProject[],
  environments: readonly (string | undefined)[],
): string | undefined =>
  environments.find((one) =>
    projects.some((project) => one !== undefined && limitsOf(project).requireApproval.includes(one)),
  );

/** What a declaration that is in force calls for as time goes by was approved with it. */
async function isUpkeep(work: Work, mutation: Mutation, row: ObjectRow | undefined): Promise<boolean> {
  if (row?.kind !== 'ApiKey') return false;
  if (mutation.kind === 'promote') return true;
  const declaration = declarationOf(row);
  if (declaration.kind !== 'ApiKey') return false;
  const versions = (await work.tx.versions.of(row.id)).map((version) => versionFactsOf(version));
  const newest = versions.at(-1);
  if (newest === undefined) return false;
  if (mutation.kind === 'issue') {
    if (mutation.generation === newest.generation) return true;
    return stateOf(newest, work.now) !== 'revoked' && row.quiet_until <= work.now;
  }
  if (mutation.kind !== 'revoke') return false;
  const isOver = declaredEnd(declaration.spec) <= work.now;
  return isOver || !mutation.generations.includes(newest.generation);
}

const WINDOW_MS: DurationMs = HOUR_MS;

/** Counts what a project removes in an hour against what it had: `refused` beyond its own limits. */
async function countRemoval(
  work: Work,
  row: ObjectRow,
  projects: readonly KeptProject[],
): Promise<Result<void>> {
  const project = projects.find((one) => one.project === row.project);
  if (project === undefined || row.project === null) return ok(undefined);
  const { maxRemovals, maxRemovalsMin } = limitsOf(project);
  const before = project.removals;
  const isOpen = before !== undefined && work.now < before.since + WINDOW_MS;
  const of = isOpen ? before.of : await work.tx.objects.countOwned(row.project);
  const removed = (isOpen ? before.removed : 0) + 1;
  const approval = await approvalOf(work);
  if (!approval.ok) return approval;
  const isTooMany = removed >= maxRemovalsMin && removed > maxRemovals * of;
  if (isTooMany && removed > (approval.value?.allowRemovals ?? 0)) {
    const allowed = await unlessGlassIsBroken(work, refOfRow(row), tooMany(project, removed, of));
    if (!allowed.ok) return allowed;
  }
  const since = isOpen ? before.since : work.now;
  return keepProject(work, { ...project, removals: { since, removed, of } });
}

const tooMany = ({ project, guard }: KeptProject, removed: number, of: number): Fault =>
  fault(
    'refused',
    `project ${project} would have removed ${removed} of ${of} objects within an hour, more than guard.maxRemovals (${guard.maxRemovals ?? '25%'}) allows; if that is meant: --allow-removals ${removed}, as somebody with plans:approve`,
  );

/** `refused` if too few active administrators would remain; `next` is undefined when the person goes. */
export async function holdAdministrators(
  work: Work,
  row: ObjectRow,
  next: Declaration | undefined,
): Promise<Result<void>> {
  if (!isAdministrator(declarationOf(row)) || (next && isAdministrator(next))) return ok(undefined);
  const projects = await keptProjects(work);
  if (!projects.ok) return projects;
  const least = Math.max(0, ...projects.value.map((project) => limitsOf(project).minAdministrators));
  if (least <= 1) return ok(undefined);
  let left = 0;
  for (const other of await work.tx.objects.ofKind('User')) {
    const checked = genuine(work, other);
    if (!checked.ok) return checked;
    if (other.id !== row.id && isAdministrator(declarationOf(other))) left++;
  }
  if (left >= least) return ok(undefined);
  return unlessGlassIsBroken(
    work,
    refOfRow(row),
    fault(
      'refused',
      `this would leave ${left} active administrators, fewer than guard.minAdministrators (${least}); make another one first`,
    ),
  );
}

const isAdministrator = (declaration: Declaration): boolean =>
  declaration.kind === 'User' && isActiveAdministrator(declaration.spec);
