/** Guests: listed, shown, made with what is open to them, changed, invited and let go. */
import { type Static, Type } from 'typebox';
import { fault } from '../../../domain/errors.js';
import type { Principal } from '../../../domain/principal.js';
import { fail, ok, type Result } from '../../../domain/result.js';
import { formatInstant } from '../../../domain/time.js';
import { maySee } from '../../../http/access.js';
import type { HttpDependencies } from '../../../http/dependencies.js';
import { byOf, findObject, refById } from '../../../http/live-objects.js';
import { resource } from '../../../http/resource.js';
import { type Route, respond, route, shownOnce } from '../../../http/route.js';
import { LinkToken } from '../../../http/routes/guest-links/routes.js';
import { closed, dataOf, Instant, idField, oneById } from '../../../http/schemas.js';
import type { GuestPlace, NewObject } from '../../../ports/admin.js';
import { type Entry, findEntry, only, withKept } from '../objects.js';
import { bothPages, type Listing, listAnswer, listPage } from '../page-pagination.js';
import { isSpace } from '../spaces/item.js';
import { GuestItem, GuestSpaceConfig, guestItems, isGuestEntry } from './item.js';

export const byGuestId = oneById('us_g', 'The id of a guest.');

const guests = resource<Entry, typeof byGuestId, typeof GuestItem>({
  // Guests see themselves, by no permission.
  ...{ path: '/guests', tag: 'guests', write: 'guests:write' },
  ...{ scope: 'objects', params: byGuestId, item: GuestItem },
  find: ({ principal, params }, deps) => guestEntry(deps, principal, params.id),
  show: async (entry, deps) => only(await guestItems(deps, [entry]), NO_GUEST),
});
const writing = { tag: 'guests', scope: 'objects', permission: 'guests:write' } as const;

const text = (description: string) => Type.Optional(Type.String({ maxLength: 300, description }));

const list = guests.list({
  id: 'listGuests',
  permission: 'guests:read',
  summary: 'Guests, by environment and name.',
  query: Type.Object(
    {
      ...bothPages(1_000),
      spaceId: text('Only guests with a grant in this space.'),
      email: text('Their email address.'),
      environment: text('Only of this environment, by name.'),
    },
    closed,
  ),
  answer: listAnswer(GuestItem),
  page: async ({ principal, query }, deps) => {
    const { spaceId, email, environment } = query;
    const space =
      spaceId === undefined ? ok(undefined) : await findObject(deps.store, { kind: 'Space', name: spaceId });
    if (!space.ok) return space;
    const names = space.value && [space.value.id, space.value.declaration.metadata.name];
    const isIn =
      space.value !== undefined && isSpace(space.value)
        ? space.value.declaration.spec.environment
        : environment;
    const listing: Listing = {
      ...{ kind: 'Guest', environment: isIn, pages: query },
      matches: (object) => maySee(principal, 'guests:read', object),
      isWanted: (entry) => {
        if (!isGuestEntry(entry) || (spaceId !== undefined && names === undefined)) return false;
        const { spec } = entry.object.declaration;
        const isLetIn =
          names === undefined || (spec.grants ?? []).some((grant) => names.includes(grant.space));
        return isLetIn && [undefined, spec.email].includes(email?.toLowerCase());
      },
    };
    return listPage(deps, listing, (entries) => guestItems(deps, entries));
  },
});

const GuestConfig = Type.Object(
  {
    environmentId: Type.String({ maxLength: 100, description: 'An id, or a name.' }),
    email: Type.String({ maxLength: 254 }),
    name: Type.Optional(Type.String({ maxLength: 200 })),
    spaces: Type.Array(GuestSpaceConfig, { maxItems: 200 }),
  },
  closed,
);

const create = route({
  method: 'POST',
  path: '/guests',
  id: 'createGuests',
  ...writing,
  summary: 'Create one or several guests, all or none.',
  body: Type.Union([GuestConfig, Type.Array(GuestConfig, { minItems: 1, maxItems: 100 })]),
  nulls: 'absent',
  creates: true,
  answer: dataOf(Type.Array(GuestItem)),
  faults: ['exists', 'unknown_reference', 'conflict'],
  handle: async (call, deps) => {
    const guests: NewObject<'Guest'>[] = [];
    for (const config of [call.body].flat()) {
      const found = await findObject(deps.store, { kind: 'Environment', name: config.environmentId });
      if (!found.ok) return found;
      if (found.value === undefined)
        return fail(
          fault('unknown_reference', 'environmentId: no such environment; GET /environments lists them'),
        );
      const { email, name, spaces } = config;
      const spec = { environment: found.value.ref.name, email, ...(name && { name }) };
      guests.push({ kind: 'Guest', spec, places: spaces.map(placeOf) });
    }
    const created = await deps.admin.createAll(guests, byOf(call));
    if (!created.ok) return created;
    const objects = await deps.store.fetch(created.value.map(({ object }) => object));
    const entries = objects.ok ? await withKept(deps, objects.value) : objects;
    return respond(entries.ok ? await guestItems(deps, entries.value) : entries, (data) => ({ data }));
  },
});

const placeOf = ({ id, workbooks }: Static<typeof GuestSpaceConfig>): GuestPlace => ({
  spaceId: id,
  ...(workbooks && { workbookIds: workbooks.map((one) => one.id) }),
});

const get = guests.get({
  id: 'getGuest',
  browsers: 'allowed',
  summary: 'One guest; guests see themselves.',
});

const update = guests.update({
  id: 'updateGuest',
  summary: 'Change a guest and their grants.',
  description: 'The email address and the environment of a guest cannot be changed.',
  body: Type.Object(
    {
      environmentId: Type.Optional(Type.String({ maxLength: 100 })),
      email: Type.Optional(Type.String({ maxLength: 254 })),
      name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
      spaces: Type.Optional(Type.Array(GuestSpaceConfig, { maxItems: 200 })),
    },
    closed,
  ),
  faults: ['not_found', 'conflict', 'unknown_reference'],
  update: async (call, entry, deps) => {
    const { environmentId, email, name, spaces } = call.body;
    const item = only(await guestItems(deps, [entry]), NO_GUEST);
    if (!item.ok) return item;
    if (![undefined, item.value.environmentId, item.value.environment].includes(environmentId))
      return fail(
        fault('conflict', 'the environment of a guest cannot be changed; create another guest there'),
      );
    if (![undefined, item.value.email].includes(email?.toLowerCase()))
      return fail(
        fault(
          'conflict',
          'the email address of a guest cannot be changed; delete this guest and create another',
        ),
      );
    const change = { object: refById(entry.object), spec: { name }, places: spaces?.map(placeOf) };
    return deps.admin.change(change, byOf(call));
  },
});

const remove = guests.remove({
  id: 'deleteGuest',
  summary: 'Delete a guest with all their grants, or remove them from one space.',
  query: Type.Object({ spaceId: text('Only from this space.') }, closed),
  faults: ['not_found', 'unknown_reference'],
  run: (call, { object }, { admin }) => {
    const [guest, { spaceId }] = [refById(object), call.query];
    return spaceId === undefined
      ? admin.remove([guest], byOf(call))
      : admin.leaveSpace({ guest, spaceId }, byOf(call));
  },
});

const Link = Type.Object(
  {
    guestId: Type.String(),
    id: Type.String(),
    expiresAt: Instant,
    token: LinkToken,
  },
  closed,
);

const invite = route({
  method: 'POST',
  path: '/invitations',
  id: 'inviteGuests',
  ...writing,
  summary: 'Invite existing guests into a space with a magic link each, all or none.',
  description:
    'The space is granted to them if none of it is yet. The response has the links; they are also mailed if the server sends mail.',
  body: Type.Array(
    Type.Object(
      {
        guestId: byGuestId.properties.id,
        spaceId: idField('us_sp', 'The id of a space.'),
        fromName: text('The name of the sender in the mail.'),
        message: text('A text for the mail.'),
      },
      closed,
    ),
    { minItems: 1, maxItems: 100 },
  ),
  nulls: 'absent',
  creates: true,
  answer: dataOf(Type.Object({ success: Type.Boolean(), links: Type.Array(Link) }, closed)),
  faults: ['not_found', 'conflict', 'unknown_reference'],
  handle: async (call, { authority }) => {
    const guests = call.body.map(({ guestId, spaceId, fromName, message }) => ({
      ...{ guest: guestId, spaceId },
      message: { ...(fromName !== undefined && { fromName }), ...(message !== undefined && { message }) },
    }));
    const made = await authority.createMagicLinks(guests, byOf(call));
    if (!made.ok) return made;
    const links: readonly Static<typeof Link>[] = made.value.map(({ shown, token }, index) => ({
      ...{ guestId: guests[index]?.guest ?? '', id: shown.id, token: token.reveal() },
      expiresAt: formatInstant(shown.expiresAt),
    }));
    const replay = links.map(({ guestId, id, expiresAt }) => ({ guestId, id, expiresAt }));
    return shownOnce({ data: { success: true, links } }, { data: { success: true, links: replay } });
  },
});

const NO_GUEST = fault('not_found', 'no such guest');

export const guestEntry = (
  deps: HttpDependencies,
  principal: Principal,
  id: string,
): Promise<Result<Entry>> =>
  findEntry(deps, { principal, kind: 'Guest', idOrName: id, permissions: ['guests:read'] });

export const guestRoutes: readonly Route[] = [list, create, get, update, remove, invite];
