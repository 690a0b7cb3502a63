/** Guests: listed, shown, made with what is open to them, changed, invited and let go. */
import { type Static, Type } from 'typebox';
import { fault } from '../../../domain/errors.js';
import type { Principal } from '../../../domain/principal.js';
import { fail, ok, type Result } from '../../../domain/result.js';
import { formatInstant } from '../../../domain/time.js';
import type { GuestPlace, NewGuest } from '../../../ports/guests.js';
import { maySee } from '../../access.js';
import { byOf, findEntry, findObject, SUCCESS, Success } from '../../live-objects.js';
import {
  bothPages,
  type Entry,
  list as listEntries,
  NextCursor,
  Pagination,
  withKept,
} from '../../numbered.js';
import { type Answered, json, type Route, route, shownOnce } from '../../route.js';
import { closed, dataOf, Instant } from '../../schemas.js';
import type { HttpWorld } from '../../world.js';
import { GuestItem, GuestSpaceConfig, guestItems, isGuestEntry } from './item.js';

export const byGuestId = Type.Object(
  {
    id: Type.String({
      pattern: '^us_g_[0-9A-Za-z]{1,32}$',
      maxLength: 64,
      description: 'The id of a guest.',
    }),
  },
  closed,
);

const about = { tag: 'guests', scope: 'objects' } as const;
const reading = { ...about, permission: 'guests:read' } as const;
const writing = { ...about, permission: 'guests:write' } as const;

const text = (description: string) => Type.Optional(Type.String({ maxLength: 300, description }));

const list = route({
  method: 'GET',
  path: '/guests',
  id: 'listGuests',
  ...reading,
  summary: 'Guests, by environment and name.',
  query: Type.Object(
    {
      ...bothPages(1_000),
      spaceId: text('Only those to whom something of this space is open.'),
      email: text('Their address.'),
      environment: text('Only of this environment, by name.'),
    },
    closed,
  ),
  answer: Type.Object(
    { data: Type.Array(GuestItem), pagination: Type.Optional(Pagination), nextCursor: NextCursor },
    closed,
  ),
  handle: async ({ principal, query }, world) => {
    const { spaceId, email, environment } = query;
    const space =
      spaceId === undefined ? ok(undefined) : await findObject(world.store, { kind: 'Space', name: spaceId });
    if (!space.ok) return space;
    const names = space.value && [space.value.id, space.value.declaration.metadata.name];
    const isIn =
      space.value?.declaration.kind === 'Space' ? space.value.declaration.spec.environment : environment;
    const page = await listEntries(world, {
      ...{ kind: 'Guest', environment: isIn, pages: query },
      matches: (object) => maySee(principal, 'guests:read', object),
      isWanted: (entry) => {
        if (!isGuestEntry(entry) || (spaceId !== undefined && names === undefined)) return false;
        const { spec } = entry.object.declaration;
        const isLetIn =
          names === undefined || (spec.grants ?? []).some((grant) => names.includes(grant.space));
        return isLetIn && [undefined, spec.email].includes(email?.toLowerCase());
      },
    });
    if (!page.ok) return page;
    const { entries, ...rest } = page.value;
    const data = await guestItems(world, entries);
    return data.ok ? json({ data: data.value, ...rest }) : data;
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
  summary: 'Make guests: one, or several, of whom all are made or none.',
  body: Type.Union([GuestConfig, Type.Array(GuestConfig, { minItems: 1, maxItems: 100 })]),
  nulls: 'absent',
  makes: true,
  answer: dataOf(Type.Array(GuestItem)),
  faults: ['exists', 'unknown_reference', 'conflict'],
  handle: async (call, world) => {
    const guests: NewGuest[] = [];
    for (const config of [call.body].flat()) {
      const found = await findObject(world.store, { kind: 'Environment', name: config.environmentId });
      if (!found.ok) return found;
      if (found.value === undefined)
        return fail(
          fault('unknown_reference', 'environmentId names no environment; GET /environments lists them'),
        );
      const { email, name, spaces } = config;
      guests.push({
        environment: found.value.ref.name,
        email,
        ...(name && { name }),
        places: spaces.map(placeOf),
      });
    }
    const refs = await world.rooms.guests.create(guests, byOf(call));
    if (!refs.ok) return refs;
    const objects = await world.store.fetch(refs.value);
    const entries = objects.ok ? await withKept(world, objects.value) : objects;
    return shown(world, entries, (items) => items);
  },
});

const placeOf = ({ id, workbooks }: Static<typeof GuestSpaceConfig>): GuestPlace => ({
  spaceId: id,
  ...(workbooks && { workbookIds: workbooks.map((one) => one.id) }),
});

const get = route({
  method: 'GET',
  path: '/guests/{id}',
  id: 'getGuest',
  ...about,
  summary: 'One guest; guests see themselves.',
  params: byGuestId,
  answer: dataOf(GuestItem),
  faults: ['not_found'],
  handle: ({ principal, params }, world) => showOne(world, principal, params.id),
});

const update = route({
  method: 'PATCH',
  path: '/guests/{id}',
  id: 'updateGuest',
  ...writing,
  summary: 'Change a guest, and what is open to them.',
  description: 'Another address is another guest, and guests stay in their environment.',
  params: byGuestId,
  body: Type.Object(
    {
      environmentId: Type.Optional(Type.String({ maxLength: 100 })),
      email: Type.Optional(Type.String({ maxLength: 254 })),
      name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
      spaces: Type.Optional(Type.Array(GuestSpaceConfig, { maxItems: 200 })),
    },
    closed,
  ),
  nulls: 'absent',
  answer: dataOf(GuestItem),
  faults: ['not_found', 'conflict', 'unknown_reference'],
  handle: async (call, world) => {
    const { id } = call.params;
    const { environmentId, email, name, spaces } = call.body;
    const entry = await guestEntry(world, call.principal, id);
    const items = entry.ok ? await guestItems(world, [entry.value]) : entry;
    if (!entry.ok || !items.ok) return entry.ok ? NO_GUEST : entry;
    const [item] = items.value;
    if (![undefined, item?.environmentId, item?.environment].includes(environmentId))
      return fail(fault('conflict', 'a guest stays in their environment; make another one there'));
    if (![undefined, item?.email].includes(email?.toLowerCase()))
      return fail(fault('conflict', 'another address is another guest; remove this one and make that'));
    const change = { guest: entry.value.object.ref, name, places: spaces?.map(placeOf) };
    const changed = await world.rooms.guests.change(change, byOf(call));
    return changed.ok ? showOne(world, call.principal, id) : changed;
  },
});

const remove = route({
  method: 'DELETE',
  path: '/guests/{id}',
  id: 'deleteGuest',
  ...writing,
  summary: 'Remove a guest with all that is open to them, or from one space alone.',
  params: byGuestId,
  query: Type.Object({ spaceId: text('From this space alone.') }, closed),
  answer: Success,
  faults: ['not_found', 'unknown_reference'],
  handle: async (call, world) => {
    const entry = await guestEntry(world, call.principal, call.params.id);
    if (!entry.ok) return entry;
    const guest = entry.value.object.ref;
    const removed = await world.rooms.guests.remove({ guest, spaceId: call.query.spaceId }, byOf(call));
    return removed.ok ? json(SUCCESS) : removed;
  },
});

const Link = Type.Object(
  {
    guestId: Type.String(),
    id: Type.String(),
    expiresAt: Instant,
    token: Type.Optional(Type.String({ description: 'Shown once: pass it on. POST /auth takes it.' })),
  },
  closed,
);

const invite = route({
  method: 'POST',
  path: '/invitations',
  id: 'inviteGuests',
  ...writing,
  summary: 'Invite guests who are there into a space, by a magic link each: all of them or none.',
  description:
    'The space is opened to them if nothing of it is yet. The answer has the links, and they are mailed where the server sends letters.',
  body: Type.Array(
    Type.Object(
      {
        guestId: byGuestId.properties.id,
        spaceId: Type.String({
          pattern: '^us_sp_[0-9A-Za-z]{1,32}$',
          maxLength: 64,
          description: 'The id of a space.',
        }),
        fromName: text('Who invites, for the mail.'),
        message: text('A few words of theirs, for the mail.'),
      },
      closed,
    ),
    { minItems: 1, maxItems: 100 },
  ),
  nulls: 'absent',
  makes: true,
  answer: dataOf(Type.Object({ success: Type.Boolean(), links: Type.Array(Link) }, closed)),
  faults: ['not_found', 'conflict', 'unknown_reference'],
  handle: async (call, { authority }) => {
    const guests = call.body.map(({ guestId, spaceId, fromName, message }) => ({
      ...{ guest: guestId, spaceId },
      letter: { ...(fromName !== undefined && { fromName }), ...(message !== undefined && { message }) },
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

const NO_GUEST = fail(fault('not_found', 'there is no such guest'));

export const guestEntry = (world: HttpWorld, principal: Principal, id: string): Promise<Result<Entry>> =>
  findEntry(world, { principal, kind: 'Guest', idOrName: id, permission: 'guests:read' });

async function showOne(world: HttpWorld, principal: Principal, id: string): Promise<Answered> {
  const entry = await guestEntry(world, principal, id);
  return shown(world, entry.ok ? ok([entry.value]) : entry, ([item]) => item);
}

async function shown(
  world: HttpWorld,
  entries: Result<readonly Entry[]>,
  data: (items: readonly Static<typeof GuestItem>[]) => unknown,
): Promise<Answered> {
  const items = entries.ok ? await guestItems(world, entries.value) : entries;
  return items.ok ? json({ data: data(items.value) }) : items;
}

export const guestRoutes: readonly Route[] = [list, create, get, update, remove, invite];
