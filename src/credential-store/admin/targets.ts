/** What a caller must be allowed to do for a manual change: to which target, and what it would give. */
import { authorize, type Target } from '../../domain/access.js';
import { fault } from '../../domain/errors.js';
import { keyLevel } from '../../domain/kinds/api-key.js';
import { type ApiKeySpec, kindOf } from '../../domain/kinds/index.js';
import type { Declaration } from '../../domain/objects.js';
import { fail, ok, type Result } from '../../domain/result.js';
import type { AdminDeclaration } from '../../ports/admin.js';
import type { By } from '../../ports/identity.js';
import { conferredBy } from '../conferred.js';
import type { ObjectRow } from '../storage-port.js';
import type { UnitOfWork } from '../unit-of-work.js';

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
    ...{ kind: 'key', environment, owner: keyLevel(owner, ownerId) },
    ...(confers !== undefined && { confers }),
  });

/**
 * To make it what it declares, or, without what it confers, to take it away. `before`: as it is, whose rights it has
 * already.
 */
export async function mayManage(
  work: UnitOfWork,
  {
    declaration,
    gives,
    before,
  }: {
    readonly declaration: AdminDeclaration;
    readonly gives: 'rights' | 'nothing';
    readonly before?: ObjectRow | undefined;
  },
  { principal }: By,
): Promise<Result<void>> {
  const confers = gives === 'nothing' ? ok([]) : await conferredBy(work, declaration, before);
  if (!confers.ok) return confers;
  return authorize(
    principal,
    `${kindOf(declaration.kind).access.noun}:write`,
    targetOf(declaration, confers.value),
  );
}

/** A team by itself; anything else of the account by what it confers. */
function targetOf({ kind, metadata, spec }: AdminDeclaration, confers: readonly string[]): Target {
  const target = kindOf(kind).access.target?.({ name: metadata.name, id: '', spec });
  return target?.kind === 'team' ? { ...target, confers } : { kind: 'role', confers };
}

/** `bad_request` with the first rule of its kind that it breaks. */
export function refuseBroken(declaration: Declaration): Result<void> {
  const [problem] = kindOf(declaration.kind).check(declaration.spec, declaration.metadata);
  if (problem === undefined) return ok(undefined);
  const field = problem.path.replace(/^(?:spec|metadata)\./, '');
  return fail(fault('bad_request', `${field} ${problem.message}`));
}
