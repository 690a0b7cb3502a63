/** What becomes of objects that hang on people: keys whose person is away or gone, guests whose time is over. */
import { expiresAt, hasExpired } from '../domain/guests.js';
import { refText } from '../domain/objects.js';
import {
  type Decision,
  type Declared,
  type DeclaredAndLive,
  finding,
  instantText,
  NOTHING,
  type Situation,
} from './decision.js';

/** While its person is deactivated a key is refused, and nothing is done to its versions. */
export function ownerDeactivated({ ref, live }: Declared): Decision | undefined {
  if (live?.key?.owner !== 'deactivated') return undefined;
  return finding('warn', 'OwnerDeactivated')(
    ref,
    'is not accepted because its user is deactivated. Until the user is active again, no version of it is issued, delivered or revoked.',
  );
}

/** The person it was made for is gone for good; the person declared as its owner now is another one. */
export const isOrphaned = ({ live }: DeclaredAndLive): boolean => live.key?.owner === 'deleted';

/** Another declaration does not let a guest in again whose time is over. */
export function guestExpired({ ref, live, input }: DeclaredAndLive): Decision | undefined {
  if (live.declaration.kind !== 'Guest') return undefined;
  const guest = { spec: live.declaration.spec, grantedAt: live.grantedAt };
  if (!hasExpired(guest, input.now)) return undefined;
  return finding('warn', 'GuestExpired')(
    ref,
    `expired at ${instantText(expiresAt(guest))} and cannot be renewed. Remove its document; to give the guest access again, apply that and declare the guest again.`,
  );
}

/** The personal keys that die with a person who goes in this plan, besides those that it removes anyway. */
export function personalKeysEnd({ ref, dependents, leaving }: Situation): Decision {
  const dying = dependents
    .filter((one) => one.diesWithIt === true && !leaving.ends.has(refText(one.ref)))
    .map((one) => refText(one.ref))
    .sort();
  if (dying.length === 0) return NOTHING;
  const shown = dying.slice(0, SHOWN_MAX).join(', ');
  const more = dying.length > SHOWN_MAX ? ` and ${dying.length - SHOWN_MAX} more` : '';
  const keys =
    dying.length === 1 ? `the personal key ${shown} ends` : `the personal keys ${shown}${more} end`;
  return finding('warn', 'PersonalKeysEnd')(
    ref,
    `is removed, and ${keys} permanently with the user. Move consumers that must keep working to a service or team key first.`,
  );
}

/** How many names a person reads. */
const SHOWN_MAX = 10;
