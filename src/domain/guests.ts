/** How long a guest is let in, and to what: the one decision that everything which admits guests goes by. */
import type { GuestSpec } from './kinds/index.js';
import type { Place } from './target.js';
import { durationMs, type Instant, NEVER } from './time.js';

export type { Place } from './target.js';

/** A guest's declaration, and when the first grant was given; undefined as long as none was. */
export interface GuestFacts {
  readonly spec: GuestSpec;
  readonly grantedAt: Instant | undefined;
  /** The end of the guest who invited them: no guest outlives that. Absent: no inviter who ends. */
  readonly inviterEndsAt?: Instant | undefined;
}

/** So many live guests may one guest have invited. */
export const GUEST_INVITES_MAX = 10;

/** From then on the guest is out for good; NEVER without `expiresAfter` or before the first grant, unless the inviter ends. */
export const expiresAt = ({
  spec: { expiresAfter },
  grantedAt,
  inviterEndsAt = NEVER,
}: GuestFacts): Instant =>
  Math.min(
    inviterEndsAt,
    expiresAfter === undefined || grantedAt === undefined ? NEVER : grantedAt + durationMs(expiresAfter),
  );

export const hasExpired = (guest: GuestFacts, now: Instant): boolean => expiresAt(guest) <= now;

/** A grant of a space opens all of it; one of workbooks opens these alone, and not the space. */
export function isOpenTo(guest: GuestFacts, place: Place, now: Instant): boolean {
  const { environment, grants = [] } = guest.spec;
  if (hasExpired(guest, now) || environment !== place.environment) return false;
  const { name, id } = place.space;
  return grants.some(({ space, workbooks }) => {
    if (space !== name && space !== id) return false;
    return workbooks === undefined || (place.workbook !== undefined && workbooks.includes(place.workbook));
  });
}
