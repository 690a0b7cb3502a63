/**
 * Opens one more scope to a guest, or closes one. Which scopes are open is all that a guest's role says: there is
 * one such role, and what it permits is the same everywhere.
 */
import { spaceOfWorkbook, workbookId } from '../../domain/derived-ids.js';
import { fault } from '../../domain/errors.js';
import type { ObjectRef } from '../../domain/objects.js';
import { GUEST_PERMISSIONS } from '../../domain/permissions.js';
import { fail, ok, type Result } from '../../domain/result.js';
import type { GuestPlaceChange } from '../../ports/admin.js';
import type { By } from '../../ports/identity.js';
import { changeFields } from '../manual-update.js';
import type { ObjectRow } from '../storage-port.js';
import type { UnitOfWork } from '../unit-of-work.js';
import { type Grants, guestRow, mayOpen, spaceById, spaceIn, specOf } from './guests.js';

/** Open already: nothing changes. `conflict` for a workbook of a space that is open as a whole. */
export async function openPlace(work: UnitOfWork, change: GuestPlaceChange, by: By): Promise<Result<void>> {
  const asked = await askedFor(work, change, by);
  if (!asked.ok) return asked;
  const { row, space, workbook, own, others } = asked.value;
  const { placeId } = change;
  const allowed = mayOpen(row, GUEST_PERMISSIONS, by);
  if (!allowed.ok) return allowed;
  if (spaceIn(space).spec.environment !== specOf(row).environment)
    return fail(fault('conflict', `${placeId} is in a different environment from the guest`));
  if (workbook === undefined) return changeGrants(work, row, [...others, { space: nameOf(space) }]);
  if (own !== undefined && own.workbooks === undefined)
    return fail(
      fault('conflict', `the guest has access to the whole space of ${placeId}; remove that access first`),
    );
  const workbooks = [...new Set([...(own?.workbooks ?? []), workbook])];
  return changeGrants(work, row, [...others, { space: nameOf(space), workbooks }]);
}

/** Into a space: all of it, unless something of it is open to them already. */
export async function inviteInto(
  work: UnitOfWork,
  { guest, spaceId }: { readonly guest: ObjectRef; readonly spaceId: string },
  by: By,
): Promise<Result<void>> {
  const change = { guest, placeId: spaceId };
  const asked = await askedFor(work, change, by);
  if (!asked.ok) return asked;
  return asked.value.own === undefined ? openPlace(work, change, by) : ok(undefined);
}

/** `not_found` for what is not open to them as such: one workbook of a space that is open as a whole. */
export async function closePlace(work: UnitOfWork, change: GuestPlaceChange, by: By): Promise<Result<void>> {
  const asked = await askedFor(work, change, by);
  if (!asked.ok) return asked;
  const { row, workbook, own, others } = asked.value;
  const isOpen = workbook === undefined ? own !== undefined : own?.workbooks?.includes(workbook) === true;
  if (own === undefined || !isOpen)
    return fail(fault('not_found', `the guest has no grant for ${change.placeId} itself`));
  const workbooks = workbook === undefined ? [] : (own.workbooks ?? []).filter((one) => one !== workbook);
  return changeGrants(work, row, workbooks.length === 0 ? others : [...others, { ...own, workbooks }]);
}

/** All that is open to them of that space, if anything is. */
export async function leaveSpace(
  work: UnitOfWork,
  { guest, spaceId }: { readonly guest: ObjectRef; readonly spaceId: string },
  by: By,
): Promise<Result<void>> {
  const row = await guestRow(work, guest, by);
  if (!row.ok) return row;
  const space = await spaceById(work, spaceId);
  if (!space.ok) return space;
  const { others } = grantOf(specOf(row.value).grants ?? [], space.value);
  return changeGrants(work, row.value, others);
}

/** The guest, the scope, and what the guest's grants have of its space by now. */
async function askedFor(work: UnitOfWork, { guest, placeId }: GuestPlaceChange, by: By) {
  const row = await guestRow(work, guest, by);
  if (!row.ok) return row;
  const found = await findPlace(work, placeId);
  if (!found.ok) return found;
  const { grants = [] } = specOf(row.value);
  return ok({ row: row.value, ...found.value, ...grantOf(grants, found.value.space) });
}

const changeGrants = (work: UnitOfWork, row: ObjectRow, grants: Grants): Promise<Result<void>> =>
  changeFields(work, row, { grants });

const nameOf = (row: ObjectRow): string => spaceIn(row).metadata.name;

/** A grant names its space by name or by id. */
function grantOf(grants: Grants, space: ObjectRow) {
  const isOwn = (grant: Grants[number]): boolean => [space.id, nameOf(space)].includes(grant.space);
  return { own: grants.find(isOwn), others: grants.filter((grant) => !isOwn(grant)) };
}

interface Found {
  readonly space: ObjectRow;
  /** By name. */
  readonly workbook: string | undefined;
}

async function findPlace(work: UnitOfWork, id: string): Promise<Result<Found>> {
  const spaceId = spaceOfWorkbook(id);
  const space = await spaceById(work, spaceId ?? id);
  if (!space.ok || spaceId === undefined)
    return space.ok ? ok({ space: space.value, workbook: undefined }) : space;
  const { workbooks = [] } = spaceIn(space.value).spec;
  const workbook = workbooks.find((one) => workbookId(spaceId, one) === id);
  return workbook === undefined
    ? fail(fault('unknown_reference', `there is no workbook ${id}; GET /workbooks lists workbooks`))
    : ok({ space: space.value, workbook });
}
