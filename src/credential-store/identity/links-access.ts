/** Decides who may create and end the links by which guests sign in. */
import { authorize } from '../../domain/access.js';
import { fault } from '../../domain/errors.js';
import type { GuestSpec } from '../../domain/kinds/index.js';
import { GUEST_PERMISSIONS } from '../../domain/permissions.js';
import { fail, ok, type Result } from '../../domain/result.js';
import type { By, GuestLink, InvitedGuest, Shown } from '../../ports/identity.js';
import { inviteInto } from '../admin/guest-places.js';
import { create } from '../admin/objects.js';
import { loadObject } from '../key-repository.js';
import { declarationOf, refOfRow } from '../rows.js';
import type { ObjectRow } from '../storage-port.js';
import type { UnitOfWork } from '../unit-of-work.js';
import { endCredential, findCredential } from './credentials.js';
import { environmentOf, linkHolder, makeLink, type NewLink } from './guest-links.js';

/** The holder of the link is the guest, so only those who manage guests may create it. */
export async function createLink(
  work: UnitOfWork,
  { name, ...link }: NewLink & { readonly name: string },
  by: By,
): Promise<Result<Shown<GuestLink>>> {
  const holder = await linkHolder(work, { kind: link.way === 'magic_link' ? 'Guest' : 'Space', name });
  if (!holder.ok) return holder;
  const environment = environmentOf(holder.value);
  const allowed = authorize(by.principal, 'guests:write', {
    ...{ kind: 'guest', environment, id: holder.value.id },
    confers: opensNothing(holder.value) ? [] : GUEST_PERMISSIONS,
  });
  return allowed.ok ? makeLink(work, holder.value, link) : allowed;
}

const opensNothing = (row: ObjectRow): boolean => {
  const declaration = declarationOf(row);
  return declaration.kind === 'Guest' && (declaration.spec.grants ?? []).length === 0;
};

/** A guest who does not exist yet (F11), with what is open to them, and the link to pass on or to be mailed. */
export async function inviteGuest(
  work: UnitOfWork,
  spec: GuestSpec,
  by: By,
): Promise<Result<Shown<GuestLink>>> {
  const guest = await create(work, { kind: 'Guest', spec }, by);
  const row = guest.ok ? await loadObject(work, guest.value.object) : guest;
  return row.ok ? makeLink(work, row.value, { way: 'magic_link', message: {} }) : row;
}

/** All of them or none: a caller that asks again after a refusal would have written twice to the first. */
export async function createLinks(
  work: UnitOfWork,
  guests: readonly InvitedGuest[],
  by: By,
): Promise<Result<readonly Shown<GuestLink>[]>> {
  const made: Shown<GuestLink>[] = [];
  for (const { guest, spaceId, message } of guests) {
    const holder = await linkHolder(work, { kind: 'Guest', name: guest });
    const invited = holder.ok
      ? await inviteInto(work, { guest: refOfRow(holder.value), spaceId }, by)
      : holder;
    if (!invited.ok) return invited;
    const link = await createLink(work, { way: 'magic_link', name: guest, message }, by);
    if (!link.ok) return link;
    made.push(link.value);
  }
  return ok(made);
}

/** `not_found` for what is no link. */
export async function endLink(work: UnitOfWork, id: string, by: By): Promise<Result<void>> {
  const row = await findCredential(work, id);
  if (!row.ok) return row;
  const holder = row.value && (await work.tx.objects.byId(row.value.holder_id));
  if (row.value === undefined || holder === undefined || !row.value.kind.endsWith('_link'))
    return fail(fault('not_found', `there is no link ${JSON.stringify(id)}`));
  const environment = environmentOf(holder);
  const allowed = authorize(by.principal, 'guests:write', { kind: 'environment', environment });
  return allowed.ok ? endCredential(work, row.value, 'link.ended') : allowed;
}
