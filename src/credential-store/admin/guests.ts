/** Guests: created with what is open to them, changed, removed. Spaces and workbooks are given by id and declared by name. */
import { authorize } from '../../domain/access.js';
import { spaceOfWorkbook, workbookId } from '../../domain/derived-ids.js';
import { fault } from '../../domain/errors.js';
import type { Place } from '../../domain/guests.js';
import { isVisibleText } from '../../domain/kinds/fields.js';
import type { GuestSpec } from '../../domain/kinds/index.js';
import type { DeclarationOf, ObjectRef } from '../../domain/objects.js';
import { GUEST_PERMISSIONS } from '../../domain/permissions.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { parseDuration } from '../../domain/time.js';
import type { GuestPlace } from '../../ports/admin.js';
import type { By } from '../../ports/identity.js';
import { invitedBy } from '../identity/guest-inviter.js';
import { guestDeclaration, linkHolder } from '../identity/guest-links.js';
import { genuine, loadObject } from '../key-repository.js';
import { declarationOf } from '../rows.js';
import type { ObjectRow } from '../storage-port.js';
import type { UnitOfWork } from '../unit-of-work.js';
import type { KindRules } from './kind-rules.js';
import { NAME_MAX, refuseUnreachable } from './names.js';

export type Grants = NonNullable<GuestSpec['grants']>;

const GRANTS_MAX = 200;

export const guestRules: KindRules<'Guest'> = {
  declare: async (work, { spec, places: wanted }, by) => {
    const usable = refuseUnusable(spec);
    if (!usable.ok) return usable;
    const { environment } = spec;
    const opened = await (wanted === undefined
      ? grantedBy(work, spec)
      : grantsFor(work, environment, wanted));
    if (!opened.ok) return opened;
    const { grants, places } = opened.value;
    const target = { kind: 'guest', environment, places, confers: conferredIn(places) } as const;
    const allowed = authorize(by.principal, 'guests:write', target);
    const invited = allowed.ok ? await invitedBy(work, { ...spec, grants }, by.principal) : allowed;
    if (!invited.ok) return invited;
    const { guest, inviterId } = invited.value;
    return ok({ declaration: guestDeclaration(work, guest), inviterId });
  },
  fields: async (work, row, { spec = {}, places: wanted }, by) => {
    const allowed = mayOpen(row, [], by);
    if (!allowed.ok) return allowed;
    if (!isVisibleText(String(spec['name'] ?? ''), NAME_MAX))
      return fail(fault('bad_request', 'name must contain visible characters'));
    if (wanted === undefined) return ok(spec);
    const opened = await grantsFor(work, specOf(row).environment, wanted);
    if (!opened.ok) return opened;
    const { grants, places } = opened.value;
    const may = mayOpen(row, conferredIn(places), by);
    return may.ok ? ok({ ...spec, grants }) : may;
  },
  mayChange: (_, { row }, by) => mayOpen(row, [], by),
  mayRemove: (_, row, by) => mayOpen(row, [], by),
};

function refuseUnusable({ email, name, expiresAfter, grants = [] }: GuestSpec): Result<void> {
  const reachable = refuseUnreachable(email, name);
  if (!reachable.ok) return reachable;
  const life = expiresAfter === undefined ? ok(0) : parseDuration(expiresAfter);
  if (!life.ok) return fail(fault('bad_request', `expiresAfter ${life.error}`));
  if (grants.length <= GRANTS_MAX && !grants.some(({ workbooks }) => workbooks?.length === 0))
    return ok(undefined);
  const message = `grants must list at most ${GRANTS_MAX} spaces, each with the workbooks to open or none`;
  return fail(fault('bad_request', message));
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
export const spaceIn = (row: ObjectRow) => declarationOf(row) as DeclarationOf<'Space'>;

const conferredIn = (places: readonly Place[]): readonly string[] =>
  places.length > 0 ? GUEST_PERMISSIONS : [];

interface Opened {
  readonly grants: Grants;
  readonly places: readonly Place[];
}

const placesIn = (space: ObjectRow, workbooks: readonly string[] | undefined): readonly Place[] => {
  const { metadata, spec } = spaceIn(space);
  const place = { environment: spec.environment, space: { name: metadata.name, id: space.id } };
  return workbooks?.map((workbook) => ({ ...place, workbook })) ?? [place];
};

/** What grants open: spaces as a whole, or workbooks one by one. */
async function grantedBy(work: UnitOfWork, { environment, grants = [] }: GuestSpec): Promise<Result<Opened>> {
  const places: Place[] = [];
  for (const { space, workbooks } of grants) {
    const name = space.startsWith('us_') ? space : `${environment}/${space}`;
    const row = await linkHolder(work, { kind: 'Space', name });
    if (!row.ok) return row;
    places.push(...placesIn(row.value, workbooks));
  }
  return ok({ grants, places });
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
    const workbooks = workbookIds?.flatMap((id) =>
      spaceOfWorkbook(id) === row.value.id
        ? (spec.workbooks?.filter((one) => workbookId(row.value.id, one) === id) ?? [])
        : [],
    );
    if ((workbooks?.length ?? 0) < (workbookIds?.length ?? 0))
      return fail(
        fault('unknown_reference', `space ${spaceId} has no such workbook; GET /workbooks lists workbooks`),
      );
    grants.push({ space: metadata.name, ...(workbooks && { workbooks }) });
    places.push(...placesIn(row.value, workbooks));
  }
  return ok({ grants, places });
}

/** `unknown_reference`. */
export async function spaceById(work: UnitOfWork, id: string): Promise<Result<ObjectRow>> {
  const row = await work.tx.objects.byId(id);
  if (row === undefined || row.kind !== 'Space' || row.removed_at !== null)
    return fail(fault('unknown_reference', `there is no space ${id}; GET /spaces lists spaces`));
  return genuine(work, row);
}
