/** Holds what a project says may be taken away: so many objects within an hour, and administrators that must remain. */
import { limitsOf } from '../domain/approval.js';
import { type Fault, fault } from '../domain/errors.js';
import { nameBeforeReplacement, REPLACED_BY } from '../domain/metadata.js';
import type { Declaration } from '../domain/objects.js';
import { ok, type Result } from '../domain/result.js';
import { type DurationMs, HOUR_MS } from '../domain/time.js';
import { isActiveAdministrator } from '../domain/users.js';
import { unlessGlassIsBroken } from './break-glass.js';
import { genuine } from './key-repository.js';
import { approvalOf } from './plan-approvals.js';
import { type KeptProject, keepProject, keptProjects } from './project-settings.js';
import { declarationOf, refOfRow } from './rows.js';
import type { ObjectRow } from './storage-port.js';
import type { UnitOfWork } from './unit-of-work.js';

const WINDOW_MS: DurationMs = HOUR_MS;

/** Counts what a project removes in an hour against what it had: `refused` beyond its own limits. */
export async function countRemoval(
  work: UnitOfWork,
  row: ObjectRow,
  projects: readonly KeptProject[],
): Promise<Result<void>> {
  const project = projects.find((one) => one.project === row.project);
  if (project === undefined || row.project === null || isSetAside(row)) return ok(undefined);
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

/** What is left of a key that was replaced: its successor has its name, and its end is no removal of its own. */
const isSetAside = (row: ObjectRow): boolean =>
  nameBeforeReplacement(row.name) !== undefined &&
  declarationOf(row).metadata.annotations?.[REPLACED_BY] !== undefined;

const tooMany = ({ project, guard }: KeptProject, removed: number, of: number): Fault =>
  fault(
    'refused',
    `project ${project} would have removed ${removed} of ${of} objects within an hour, more than guard.maxRemovals (${guard.maxRemovals ?? '25%'}) allows; if that is meant: --allow-removals ${removed}, which needs plans:approve`,
  );

/** `refused` if too few active administrators would remain; `next` is undefined when the person goes. */
export async function holdAdministrators(
  work: UnitOfWork,
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
