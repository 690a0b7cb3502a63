/** Invites a guest who does not exist yet (F11): the guest, with what is open to them, and the link to pass on or to be mailed. */
import { authorize } from '../../domain/access.js';
import { fault } from '../../domain/errors.js';
import type { Place } from '../../domain/guests.js';
import { isEmailAddress, isVisibleText } from '../../domain/kinds/fields.js';
import type { DeclarationOf } from '../../domain/objects.js';
import { GUEST_PERMISSIONS } from '../../domain/permissions.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { parseDuration } from '../../domain/time.js';
import type { By, GuestLink, NewGuest, Shown } from '../../ports/identity.js';
import { insertObject } from '../insert-object.js';
import { declarationOf } from '../rows.js';
import type { UnitOfWork } from '../unit-of-work.js';
import type { Reading } from './credentials.js';
import { invitedBy } from './guest-inviter.js';
import { guestDeclaration, linkHolder, makeLink } from './guest-links.js';

const NAME_MAX = 200;
const GRANTS_MAX = 200;

/** `bad_request`, `not_found` for a space that does not exist, `forbidden`, `exists`, `conflict`. */
export async function inviteGuest(
  work: UnitOfWork,
  guest: NewGuest,
  by: By,
): Promise<Result<Shown<GuestLink>>> {
  const { environment } = guest;
  const usable = refuseUnusable(guest);
  if (!usable.ok) return usable;
  const places = await placesOf(work, guest);
  if (!places.ok) return places;
  const confers = places.value.length > 0 ? GUEST_PERMISSIONS : [];
  const target = { kind: 'guest', environment, places: places.value, confers } as const;
  const allowed = authorize(by.principal, 'guests:write', target);
  if (!allowed.ok) return allowed;
  const invited = await invitedBy(work, guest, by.principal);
  if (!invited.ok) return invited;
  const row = await insertObject(work, {
    declaration: guestDeclaration(work, invited.value.guest),
    ownership: undefined,
    origin: 'manual',
    inviterId: invited.value.inviterId,
  });
  return row.ok ? makeLink(work, row.value, { way: 'magic_link', letter: {} }) : row;
}

function refuseUnusable({ email, name = '', expiresAfter, grants }: NewGuest): Result<void> {
  if (!isEmailAddress(email) || !isVisibleText(name, NAME_MAX))
    return fail(
      fault('bad_request', 'email must be an email address, and name must contain visible characters'),
    );
  const life = expiresAfter === undefined ? ok(0) : parseDuration(expiresAfter);
  if (!life.ok) return fail(fault('bad_request', `expiresAfter ${life.error}`));
  if (grants.length > GRANTS_MAX || grants.some(({ workbooks }) => workbooks?.length === 0))
    return fail(
      fault(
        'bad_request',
        `grants must list at most ${GRANTS_MAX} spaces, each with the workbooks to open or none`,
      ),
    );
  return ok(undefined);
}

/** What the grants open: spaces as a whole, or workbooks one by one. */
async function placesOf(
  reading: Reading,
  { environment, grants }: NewGuest,
): Promise<Result<readonly Place[]>> {
  const places: Place[] = [];
  for (const { space, workbooks } of grants) {
    const name = space.startsWith('us_') ? space : `${environment}/${space}`;
    const row = await linkHolder(reading, { kind: 'Space', name });
    if (!row.ok) return row;
    const { metadata, spec } = declarationOf(row.value) as DeclarationOf<'Space'>;
    const place = { environment: spec.environment, space: { name: metadata.name, id: row.value.id } };
    if (workbooks === undefined) places.push(place);
    else places.push(...workbooks.map((workbook) => ({ ...place, workbook })));
  }
  return ok(places);
}
