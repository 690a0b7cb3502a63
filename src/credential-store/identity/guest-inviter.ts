/** What becomes of a guest whom a guest invites: they end with the inviter at the latest, and there are not many. */
import { fault } from '../../domain/errors.js';
import { expiresAt, GUEST_INVITES_MAX } from '../../domain/guests.js';
import type { Principal } from '../../domain/principal.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { durationMs, NEVER, SECOND_MS } from '../../domain/time.js';
import type { UnitOfWork } from '../unit-of-work.js';

export interface Invited<G> {
  readonly guest: G;
  /** Absent: invited by a person who is not a guest. */
  readonly inviterId?: string;
}

/** `conflict` for one too many. */
export async function invitedBy<G extends { readonly expiresAfter?: string }>(
  work: UnitOfWork,
  guest: G,
  principal: Principal,
): Promise<Result<Invited<G>>> {
  if (principal.kind !== 'guest') return ok({ guest });
  const invited = (await work.tx.objects.ownedBy(principal.id)).filter(
    ({ removed_at }) => removed_at === null,
  );
  if (invited.length >= GUEST_INVITES_MAX)
    return fail(
      fault(
        'conflict',
        `you have invited ${GUEST_INVITES_MAX} guests, which is all a guest may; ask your host`,
      ),
    );
  const endsAt = expiresAt(principal.guest);
  if (endsAt === NEVER) return ok({ guest, inviterId: principal.id });
  // In whole seconds, and never later.
  const leftMs = Math.floor((endsAt - work.now) / SECOND_MS) * SECOND_MS;
  const ownMs = guest.expiresAfter === undefined ? NEVER : durationMs(guest.expiresAfter);
  const expiresAfter = ownMs <= leftMs ? guest.expiresAfter : `${Math.max(1, leftMs / SECOND_MS)}s`;
  return ok({
    guest: { ...guest, ...(expiresAfter !== undefined && { expiresAfter }) },
    inviterId: principal.id,
  });
}
