/** Manages guests manually: created with what is open to them, changed, removed. Spaces and workbooks are given by id and are declared by name. */
import { authorize } from '../../domain/access.js';
import { spaceOfWorkbook, workbookId } from '../../domain/derived-ids.js';
import { fault } from '../../domain/errors.js';
import type { Place } from '../../domain/guests.js';
import { isEmailAddress, isVisibleText } from '../../domain/kinds/fields.js';
import type { GuestSpec } from '../../domain/kinds/index.js';
import { type DeclarationOf, type ObjectRef, refOf } from '../../domain/objects.js';
import { GUEST_PERMISSIONS } from '../../domain/permissions.js';
import { fail, ok, type Result } from '../../domain/result.js';
import type { GuestChange, GuestPlace, NewGuest } from '../../ports/guests.js';
import type { By } from '../../ports/identity.js';
import { manualCreate } from '../create.js';
import { invitedBy } from '../identity/guest-inviter.js';
import { guestDeclaration } from '../identity/guest-links.js';
import { genuine, loadObject } from '../key-repository.js';
import { manualRemove } from '../manual-update.js';
import { declarationOf } from '../rows.js';
import type { ObjectRow } from '../storage-port.js';
import type { UnitOfWork } from '../unit-of-work.js';
import { changeSpec } from './objects.js';

export type Grants = NonNullable<GuestSpec['grants']>;

const NAME_MAX = 200;

export async function createGuests(
  work: UnitOfWork,
  guests: readonly NewGuest[],
  by: By,
): Promise<Result<readonly ObjectRef[]>> {
  const made: ObjectRef[] = [];
  for (const { environment, email, name, places } of guests) {
    if (!isEmailAddress(email) || !isVisibleText(name ?? '', NAME_MAX))
      return fail(
        fault('bad_request', 'email must be an email address, and name must contain visible characters'),
      );
    const opened = await grantsFor(work, environment, places);
    if (!opened.ok) return opened;
    const target = { kind: 'guest', environment, ...opened.value } as const;
    const allowed = authorize(by.principal, 'guests:write', target);
    if (!allowed.ok) return allowed;
    const { grants } = opened.value;
    const invited = await invitedBy<Parameters<typeof guestDeclaration>[1]>(
      work,
      { environment, email, grants, ...(name && { name }) },
      by.principal,
    );
    if (!invited.ok) return invited;
    const { guest, inviterId } = invited.value;
    const declaration = guestDeclaration(work, guest);
    const created = await manualCreate(work, { declaration, inviterId });
    if (!created.ok) return created;
    made.push(refOf(declaration));
  }
  return ok(made);
}

export async function changeGuest(
  work: UnitOfWork,
  { guest, name, places }: GuestChange,
  by: By,
): Promise<Result<void>> {
  const row = await guestRow(work, guest, by);
  if (!row.ok) return row;
  if (!isVisibleText(name ?? '', NAME_MAX))
    return fail(fault('bad_request', 'name must contain visible characters'));
  const { environment } = specOf(row.value);
  const opened = places === undefined ? ok(undefined) : await grantsFor(work, environment, places);
  if (!opened.ok) return opened;
  const allowed = mayOpen(row.value, opened.value?.confers ?? [], by);
  if (!allowed.ok) return allowed;
  return changeSpec(work, row.value, {
    ...(name !== undefined && { name }),
    ...(opened.value && { grants: opened.value.grants }),
  });
}

/** Out of one space, or of everything: a guest who is gone has no grant left, even if another person has the address later. */
export async function removeGuest(
  work: UnitOfWork,
  { guest, spaceId }: { readonly guest: ObjectRef; readonly spaceId?: string | undefined },
  by: By,
): Promise<Result<void>> {
  const row = await guestRow(work, guest, by);
  if (!row.ok) return row;
  if (spaceId === undefined) {
    const removed = await manualRemove(work, { object: guest });
    return removed.ok ? ok(undefined) : removed;
  }
  const space = await spaceById(work, spaceId);
  if (!space.ok) return space;
  const { grants = [] } = specOf(row.value);
  const names = [space.value.id, spaceIn(space.value).metadata.name];
  return changeSpec(work, row.value, { grants: grants.filter((grant) => !names.includes(grant.space)) });
}

/** One whom the caller may change. `not_found`, `forbidden`. */
export async function guestRow(work: UnitOfWork, guest: ObjectRef, by: By): Promise<Result<ObjectRow>> {
  const row = await loadObject(work, guest);
  const allowed = row.ok ? mayOpen(row.value, [], by) : row;
  return allowed.ok ? row : allowed;
}

/** `confers`: what the guest may do in a scope that is opened to them. */
export function mayOpen(row: ObjectRow, confers: readonly string[], { principal }: By): Result<void> {
  const { environment } = specOf(row);
  return authorize(principal, 'guests:write', { kind: 'guest', environment, id: row.id, confers });
}

export const specOf = (row: ObjectRow): GuestSpec => (declarationOf(row) as DeclarationOf<'Guest'>).spec;
const spaceIn = (row: ObjectRow) => declarationOf(row) as DeclarationOf<'Space'>;

interface Opened {
  readonly grants: Grants;
  readonly places: readonly Place[];
  readonly confers: readonly string[];
}

/** A space alone is all of it; one with no workbooks of a list is nothing. */
async function grantsFor(
  work: UnitOfWork,
  environment: string,
  wanted: readonly GuestPlace[],
): Promise<Result<Opened>> {
  const grants: Grants = [];
  const places: Place[] = [];
  for (const { spaceId, workbookIds } of wanted) {
    const row = await spaceById(work, spaceId);
    if (!row.ok) return row;
    const { metadata, spec } = spaceIn(row.value);
    if (spec.environment !== environment)
      return fail(fault('conflict', `space ${spaceId} is in a different environment from the guest`));
    if (workbookIds?.length === 0) continue;
    const names = (workbookIds ?? []).map((id) =>
      spec.workbooks?.find(
        (one) => spaceOfWorkbook(id) === row.value.id && workbookId(row.value.id, one) === id,
      ),
    );
    const known = names.filter((name) => name !== undefined);
    if (known.length < names.length)
      return fail(
        fault('unknown_reference', `space ${spaceId} has no such workbook; GET /workbooks lists workbooks`),
      );
    const place = { environment, space: { name: metadata.name, id: row.value.id } };
    grants.push({ space: metadata.name, ...(workbookIds && { workbooks: known }) });
    places.push(...(workbookIds ? known.map((workbook) => ({ ...place, workbook })) : [place]));
  }
  return ok({ grants, places, confers: places.length > 0 ? GUEST_PERMISSIONS : [] });
}

/** `unknown_reference`. */
export async function spaceById(work: UnitOfWork, id: string): Promise<Result<ObjectRow>> {
  const row = await work.tx.objects.byId(id);
  if (row === undefined || row.kind !== 'Space' || row.removed_at !== null)
    return fail(fault('unknown_reference', `there is no space ${id}; GET /spaces lists spaces`));
  return genuine(work, row);
}
