/** What a kind has against a change of its live object, beyond what its shape and its references say. */
import { fault } from '../domain/errors.js';
import { expiresAt, hasExpired } from '../domain/guests.js';
import { type Declaration, type DeclarationOf, refOf, refText } from '../domain/objects.js';
import { fail, ok, type Result } from '../domain/result.js';
import { tokenIn } from '../domain/secret.js';
import { formatInstant } from '../domain/time.js';
import { dependentsOf } from './dependents.js';
import { declarationOf } from './rows.js';
import type { ObjectRow } from './storage-port.js';
import type { UnitOfWork } from './unit-of-work.js';
import { refuseLastOwner } from './users.js';

/** `bad_request` for a declaration with a Keywright token in it, whatever made it: every caller who may read the object, or a plan, would see it. */
export function refuseToken(declaration: Declaration): Result<void> {
  if (tokenIn(JSON.stringify(declaration)) === undefined) return ok(undefined);
  const message = `${declaration.kind} holds a token of Keywright in one of its fields; remove it, and revoke the key or token`;
  return fail(fault('bad_request', message));
}

/** `conflict`, or `in_use` for a part that others name; `next` is what `row` is to declare. */
export async function refuseUpdate(
  work: UnitOfWork,
  row: ObjectRow,
  next: Declaration,
): Promise<Result<void>> {
  switch (next.kind) {
    case 'User':
      return refuseLastOwner(work, row, next);
    case 'Guest':
      return refuseExpired(work, row);
    case 'Space':
      return refuseNamedWorkbooks(work, next);
    default:
      return ok(undefined);
  }
}

/** Their time counts once: another declaration of the same guest does not start it again. */
function refuseExpired(work: UnitOfWork, row: ObjectRow): Result<void> {
  const guest = declarationOf(row);
  if (guest.kind !== 'Guest') return ok(undefined);
  const facts = { spec: guest.spec, grantedAt: row.granted_at ?? undefined };
  if (!hasExpired(facts, work.now)) return ok(undefined);
  return fail(
    fault(
      'conflict',
      `${refText(refOf(guest))} expired at ${formatInstant(expiresAt(facts))}; remove the guest and create it again to give it access`,
    ),
  );
}

/** A grant must not come to open a workbook that is made later under the name of one that went. */
async function refuseNamedWorkbooks(work: UnitOfWork, next: DeclarationOf<'Space'>): Promise<Result<void>> {
  const kept = new Set(next.spec.workbooks);
  for (const { ref, workbooks = [] } of await dependentsOf(work.tx, refOf(next), work.now)) {
    const lost = workbooks.find((workbook) => !kept.has(workbook));
    if (lost !== undefined)
      return fail(
        fault(
          'in_use',
          `${refText(refOf(next))}: workbook ${lost} is granted to ${refText(ref)}; remove the grant first`,
        ),
      );
  }
  return ok(undefined);
}
