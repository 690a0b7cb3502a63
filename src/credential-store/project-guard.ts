/**
 * Enforces the guards of projects for every caller (docs/adr/0027): in a protected environment nothing changes that no approved
 * plan covers, no more is removed than a project allows itself, and administrators remain. Upkeep needs no approval
 * (docs/adr/0007). Breaking the glass gets around it, and is written down.
 */
import { authorize } from '../domain/access.js';
import { coverOf, limitsOf } from '../domain/approval.js';
import { type Fault, fault } from '../domain/errors.js';
import type { ApiKeySpec } from '../domain/kinds/index.js';
import { declaredEnd, exceedsDeclaredExpiry, rotationDueAt, stateOf } from '../domain/lifecycle.js';
import type { VersionFacts } from '../domain/live.js';
import { type Declaration, type ObjectRef, refOf, refText } from '../domain/objects.js';
import { ok, type Result } from '../domain/result.js';
import type { Mutation, Request } from '../ports/live-store.js';
import { unlessGlassIsBroken } from './break-glass.js';
import { findLive, genuine } from './key-repository.js';
import { isApproved } from './plan-approvals.js';
import { type KeptProject, keptProjects } from './project-settings.js';
import { countRemoval } from './removal-limits.js';
import { declarationOf, refOfRow, versionFactsOf } from './rows.js';
import type { ObjectRow } from './storage-port.js';
import type { UnitOfWork } from './unit-of-work.js';

/** What a reconciler does: `approval_required` in a protected environment, `refused` for a removal too many. */
export async function holdGuard(work: UnitOfWork, mutation: Mutation): Promise<Result<void>> {
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
  return row !== undefined && isTakenAway(mutation, row)
    ? countRemoval(work, row, projects.value)
    : ok(undefined);
}

/** Gone, or another project's from then on: which may have no guard at all. */
const isTakenAway = (mutation: Mutation, row: ObjectRow): boolean =>
  mutation.kind === 'delete' || ('ownership' in mutation && row.project !== mutation.ownership.project);

const unapproved = (object: ObjectRef, environment: string): Fault =>
  fault(
    'approval_required',
    `${refText(object)}: ${environment} requires approval, and no approved plan covers this; approve the plan with --approve DIGEST, or use --break-glass REASON in an emergency`,
  );

/**
 * What a person asks for of something that a project declares in a protected environment: their own yes approves it, if they may
 * approve. An emergency stop, and the confirmation of a hand-over, never wait.
 */
export async function holdApproval(work: UnitOfWork, request: Request): Promise<Result<void>> {
  if (request.kind === 'deactivate' || request.kind === 'acknowledge') return ok(undefined);
  const projects = await keptProjects(work);
  if (!projects.ok || projects.value.length === 0) return projects.ok ? ok(undefined) : projects;
  const rows = await rowsOf(work, request);
  if (!rows.ok) return rows;
  const isDeclared = rows.value.some(({ project }) => project !== null) || 'declaration' in request;
  const environment = protectedAmong(projects.value, environmentsOf(request, rows.value));
  const held =
    environment === undefined || !isDeclared
      ? ok(undefined)
      : await heldBy(work, objectOf(request), environment);
  const [row] = rows.value;
  const isRemoval = request.kind === 'remove' || request.kind === 'removePerson';
  // The operator's own removal cannot be used to bypass a guard.
  if (!held.ok || !isRemoval || row === undefined || work.principal === undefined) return held;
  return countRemoval(work, row, projects.value);
}

/** The same of one key, by whichever route. */
export async function holdApprovalOfKey(work: UnitOfWork, row: ObjectRow): Promise<Result<void>> {
  const projects = await keptProjects(work);
  if (!projects.ok) return projects;
  const environment = protectedAmong(projects.value, [environmentOf(declarationOf(row))]);
  if (environment === undefined || row.project === null) return ok(undefined);
  return heldBy(work, refOfRow(row), environment);
}

async function heldBy(work: UnitOfWork, object: ObjectRef, environment: string): Promise<Result<void>> {
  const { principal, caller } = work;
  const may =
    principal === undefined ? ok(undefined) : authorize(principal, 'plans:approve', { kind: 'account' });
  if (may.ok && caller.isApproved === true) return ok(undefined);
  return unlessGlassIsBroken(work, object, unapprovedAct(object, environment));
}

const unapprovedAct = (object: ObjectRef, environment: string): Fault =>
  fault(
    'approval_required',
    `${refText(object)}: ${environment} requires approval by a user with plans:approve; in an emergency give a reason with --break-glass`,
  );

type Change = Mutation | Request;

function objectOf(change: Change): ObjectRef {
  return 'declaration' in change ? refOf(change.declaration) : change.object;
}

async function rowsOf(work: UnitOfWork, change: Change): Promise<Result<readonly ObjectRow[]>> {
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

function isNextDue(
  { now }: UnitOfWork,
  row: ObjectRow,
  { spec, newest }: { readonly spec: ApiKeySpec; readonly newest: VersionFacts },
): boolean {
  const state = stateOf(newest, now);
  if (state === 'revoked') return false;
  return (
    state === 'expired' ||
    // One that was begun and cannot be finished, for its box is lost.
    newest.promotedAt === undefined ||
    (row.rotation_requested_at ?? 0) > newest.issuedAt ||
    exceedsDeclaredExpiry(spec, newest) ||
    rotationDueAt(row.name, spec, newest) <= now
  );
}

/** What a declaration that is in force calls for as time goes by was approved with it. */
async function isUpkeep(work: UnitOfWork, mutation: Mutation, row: ObjectRow | undefined): Promise<boolean> {
  if (row?.kind !== 'ApiKey') return false;
  if (mutation.kind === 'promote') return true;
  const declaration = declarationOf(row);
  if (declaration.kind !== 'ApiKey') return false;
  const versions = (await work.tx.versions.of(row.id)).map((version) => versionFactsOf(version));
  const newest = versions.at(-1);
  if (newest === undefined) return false;
  if (mutation.kind === 'issue') {
    if (mutation.generation === newest.generation) return true;
    return isNextDue(work, row, { spec: declaration.spec, newest });
  }
  if (mutation.kind !== 'revoke') return false;
  const isOver = declaredEnd(declaration.spec) <= work.now;
  return isOver || !mutation.generations.includes(newest.generation);
}
