/**
 * Whose rights an apply has that comes over the network. `plans:apply` is the right to make the account what
 * documents say, as an administrator may (contract.md, fine print 10): everything but owners and the tenant's keys,
 * which owners change, or a key of the tenant, which only owners make. Pure.
 */
import { authorize } from './access.js';
import { isOwner } from './conferral.js';
import { fault } from './errors.js';
import { kindOf } from './kinds/index.js';
import type { Declaration } from './objects.js';
import type { Principal } from './principal.js';
import { fail, ok, type Result } from './result.js';
import type { Reserved } from './target.js';

/** The path that a reconciler's effects have in the audit log. */
export const RECONCILER_PATH = 'apply';

/** The path that a controller's effects have there. */
export const CONTROLLER_PATH = 'run';

/** Did documents do it, and not a person? */
export const isReconcilerPath = (path: string): boolean =>
  path === RECONCILER_PATH || path === CONTROLLER_PATH;

export const APPLY = 'plans:apply';

/** May they apply plans at all? `forbidden`, also for a key that has it by `*` alone. */
export const authorizeApply = (principal: Principal): Result<void> =>
  authorize(principal, APPLY, { kind: 'account' });

/** Tells whether a caller who may apply may thereby change what only owners change manually. */
export function reachesOwners(principal: Principal): boolean {
  switch (principal.kind) {
    case 'root':
    case 'person':
      return isOwner(principal);
    case 'key':
      return principal.owner.tenant === true;
    default:
      return false;
  }
}

/** Whether an object is for owners to change: its kind says. */
export const reservedFor = ({ kind, spec }: Declaration): Reserved =>
  kindOf(kind).access.reserved?.(spec) ?? 'administrators';

/** `forbidden`, with a sentence that says who may. */
export const refuseReserved = (name: string): Result<never> =>
  fail(
    fault(
      'forbidden',
      `${name}: only owners can change owners, their personal keys and tenant keys; apply with the token of an owner, or of a tenant key that has ${APPLY}`,
    ),
  );

export const ALLOWED = ok(undefined);
