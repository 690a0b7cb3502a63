/** What a caller must be allowed to do for a change by hand: to which target, and what it would give. */
import { authorize, type KeyLevel, type Target } from '../../domain/access.js';
import { fault } from '../../domain/errors.js';
import { type ApiKeySpec, kindOf } from '../../domain/kinds/index.js';
import type { Declaration, DeclarationOf } from '../../domain/objects.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { DEFAULT_TEAM_ROLE } from '../../domain/roles.js';
import type { AdminDeclaration } from '../../ports/admin.js';
import type { By } from '../../ports/identity.js';
import { permissionsOfRole } from '../effective-permissions.js';
import type { UnitOfWork } from '../unit-of-work.js';

/** `ownerId`: of a personal key, the person. */
export function levelOf({ service, team, user }: ApiKeySpec['owner'], ownerId: string | null): KeyLevel {
  if (service !== undefined) return { level: 'service' };
  if (team !== undefined) return { level: 'team', team };
  return user === undefined ? { level: 'tenant' } : { level: 'personal', personId: ownerId ?? '' };
}

export interface KeyAction {
  readonly action: string;
  readonly spec: ApiKeySpec;
  readonly ownerId: string | null;
  /** What it may do when this is done; absent: nothing about that changes. */
  readonly confers?: readonly string[];
}

export const mayDoToKey = (
  { action, spec: { environment, owner }, ownerId, confers }: KeyAction,
  { principal }: By,
): Result<void> =>
  authorize(principal, action, {
    ...{ kind: 'key', environment, owner: levelOf(owner, ownerId) },
    ...(confers !== undefined && { confers }),
  });

/** To make it what it declares, or, without what it confers, to take it away. */
export async function mayManage(
  work: UnitOfWork,
  { declaration, gives }: { readonly declaration: AdminDeclaration; readonly gives: 'rights' | 'nothing' },
  { principal }: By,
): Promise<Result<void>> {
  const confers = gives === 'nothing' ? ok([]) : await conferredBy(work, declaration);
  if (!confers.ok) return confers;
  return authorize(principal, ACTIONS[declaration.kind], targetOf(declaration, confers.value));
}

const ACTIONS = {
  Service: 'services:write',
  Team: 'teams:write',
  Role: 'roles:write',
} as const satisfies Record<AdminDeclaration['kind'], string>;

const targetOf = ({ kind, metadata }: AdminDeclaration, confers: readonly string[]): Target =>
  kind === 'Team' ? { kind: 'team', team: metadata.name, confers } : { kind: 'role', confers };

async function conferredBy(
  work: UnitOfWork,
  declaration: AdminDeclaration,
): Promise<Result<readonly string[]>> {
  return declaration.kind === 'Team'
    ? conferredByTeam(work, declaration)
    : ok(declaration.spec.permissions ?? []);
}

/** What its members may do in it. */
async function conferredByTeam(
  work: UnitOfWork,
  { spec }: DeclarationOf<'Team'>,
): Promise<Result<readonly string[]>> {
  const given = new Set<string>();
  for (const role of new Set((spec.members ?? []).map((member) => member.role ?? DEFAULT_TEAM_ROLE))) {
    const permissions = await permissionsOfRole(work, role, 'team');
    if (!permissions.ok) return permissions;
    for (const permission of permissions.value) given.add(permission);
  }
  return ok([...given]);
}

/** `bad_request` with the first rule of its kind that it breaks. */
export function refuseBroken(declaration: Declaration): Result<void> {
  const [problem] = kindOf(declaration.kind).check(declaration.spec, declaration.metadata);
  if (problem === undefined) return ok(undefined);
  const field = problem.path.replace(/^(?:spec|metadata)\./, '');
  return fail(fault('bad_request', `${field} ${problem.message}`));
}
