/** In an emergency a person may override a guard. The reason is required and recorded. */
import { type Fault, fault } from '../domain/errors.js';
import { isVisibleText } from '../domain/kinds/fields.js';
import { personOf } from '../domain/principal.js';
import { fail, ok, type Result } from '../domain/result.js';
import { record } from './audit-log.js';
import type { UnitOfWork } from './unit-of-work.js';

const REASON_MAX = 500;

/** The refusal, unless a person gives a reason to override it: that is recorded. */
export async function unlessGlassIsBroken(
  work: UnitOfWork,
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
