/** Spaces: made, shown, changed, archived and removed; by whom they are open to. */
import { type Static, Type } from 'typebox';
import { fault } from '../../../domain/errors.js';
import type { Principal } from '../../../domain/principal.js';
import { fail, ok, type Result } from '../../../domain/result.js';
import { formatInstant } from '../../../domain/time.js';
import type { Attributes } from '../../../ports/spaces.js';
import { byOf, findEntry, findObject, given, SUCCESS, Success } from '../../live-objects.js';
import type { Entry } from '../../numbered.js';
import { type Answered, type Call, json, type Route, route, shownOnce } from '../../route.js';
import { closed, dataOf } from '../../schemas.js';
import type { HttpWorld } from '../../world.js';
import { SpaceItem, spaceItems } from './item.js';
import { listSpaces } from './listing.js';
import { makeSpace, SpaceConfig, sameWays } from './making.js';

const byId = Type.Object(
  {
    id: Type.String({
      pattern: '^us_sp_[0-9A-Za-z]{1,32}$',
      maxLength: 64,
      description: 'The id of a space.',
    }),
  },
  closed,
);

const about = { tag: 'spaces', faults: ['not_found', 'conflict', 'unknown_reference'] } as const;

const create = route({
  method: 'POST',
  path: '/spaces',
  id: 'createSpace',
  ...about,
  summary: 'Make a space.',
  description:
    'By a secret key in its environment; people say in which. By a publishable key too: the answer has the access token to go on with, for 24 hours, which reaches this space alone. Needs the permission `spaces:write` there.',
  body: SpaceConfig,
  nulls: 'absent',
  makes: true,
  answer: dataOf(SpaceItem),
  handle: async (call, world) => {
    const made = await makeSpace(world, { body: call.body, by: byOf(call), token: call.credential.token });
    if (!made.ok) return made;
    const { accessToken: _, ...space } = made.value.space;
    return shownOnce({ data: made.value.space }, { data: space });
  },
});

const get = route({
  method: 'GET',
  path: '/spaces/{id}',
  id: 'getSpace',
  ...about,
  summary: 'One space.',
  permission: 'spaces:read',
  scope: 'objects',
  params: byId,
  answer: dataOf(SpaceItem),
  handle: async ({ principal, params }, world) => shown(world, await entryOf(world, principal, params.id)),
});

const update = route({
  method: 'PATCH',
  path: '/spaces/{id}',
  id: 'updateSpace',
  ...about,
  summary: 'Change a space.',
  description: 'What documents say of it is drift then; attributes that they know nothing of are not.',
  permission: 'spaces:write',
  scope: 'objects',
  params: byId,
  body: SpaceConfig,
  nulls: 'absent',
  answer: dataOf(SpaceItem),
  handle: async (call, world) => {
    const {
      environmentId,
      environment = environmentId,
      guestAuthentication,
      workbooks,
      description,
      ...rest
    } = call.body;
    const fits = await fitsEnvironment(world, call, { environment, guestAuthentication });
    if (!fits.ok) return fits;
    return change(world, call, { spec: given({ workbooks, description }), attributes: rest });
  },
});

const archiving = (verb: 'archive' | 'unarchive', summary: string): Route =>
  route({
    method: 'POST',
    path: `/spaces/{id}/${verb}`,
    id: `${verb}Space`,
    ...about,
    summary,
    permission: 'spaces:write',
    scope: 'objects',
    params: byId,
    answer: Success,
    handle: async (call, world) => {
      const archivedAt = verb === 'archive' ? formatInstant(world.clock.now()) : null;
      const changed = await change(world, call, { spec: {}, attributes: { archivedAt } });
      return changed.ok ? json(SUCCESS) : changed;
    },
  });

const removeOne = route({
  method: 'DELETE',
  path: '/spaces/{id}',
  id: 'deleteSpace',
  ...about,
  faults: ['not_found', 'in_use'],
  summary: 'Remove a space.',
  description: 'Not while guests are let into it.',
  permission: 'spaces:write',
  scope: 'objects',
  params: byId,
  answer: Success,
  handle: (call, world) => remove(world, call, [call.params.id]),
});

const removeSeveral = route({
  method: 'DELETE',
  path: '/spaces',
  id: 'deleteSpaces',
  ...about,
  faults: ['not_found', 'in_use'],
  summary: 'Remove several spaces: all of them, or none.',
  permission: 'spaces:write',
  scope: 'objects',
  query: Type.Object(
    { spaceIds: Type.Array(byId.properties.id, { minItems: 1, maxItems: 500, uniqueItems: true }) },
    closed,
  ),
  answer: Success,
  handle: (call, world) => remove(world, call, call.query.spaceIds),
});

const entryOf = (world: HttpWorld, principal: Principal, id: string): Promise<Result<Entry>> =>
  findEntry(world, { principal, kind: 'Space', idOrName: id, permission: 'spaces:read' });

async function shown(world: HttpWorld, entry: Result<Entry>): Promise<Answered> {
  if (!entry.ok) return entry;
  const items = await spaceItems(world, [entry.value]);
  return items.ok ? json({ data: items.value[0] }) : items;
}

type ByIdCall = Call<Static<typeof byId>>;

async function change(
  world: HttpWorld,
  call: ByIdCall,
  changed: { readonly spec: object; readonly attributes: Attributes },
): Promise<Answered> {
  const entry = await entryOf(world, call.principal, call.params.id);
  if (!entry.ok) return entry;
  const done = await world.rooms.change({ object: entry.value.object.ref, ...changed }, byOf(call));
  return done.ok ? shown(world, await entryOf(world, call.principal, call.params.id)) : done;
}

async function remove(world: HttpWorld, call: Call, ids: readonly string[]): Promise<Answered> {
  const entries = await Promise.all(ids.map((id) => entryOf(world, call.principal, id)));
  const absent = entries.find((entry) => !entry.ok);
  if (absent !== undefined && !absent.ok) return absent;
  const refs = entries.flatMap((entry) => (entry.ok ? [entry.value.object.ref] : []));
  const removed = await world.rooms.remove(refs, byOf(call));
  return removed.ok ? json(SUCCESS) : removed;
}

interface Surrounding {
  readonly environment: string | undefined;
  readonly guestAuthentication: readonly string[] | undefined;
}

/** A space does not move, and lets guests in as its environment does: to say the same again changes nothing. */
async function fitsEnvironment(
  world: HttpWorld,
  call: ByIdCall,
  { environment, guestAuthentication }: Surrounding,
): Promise<Result<void>> {
  if (environment === undefined && guestAuthentication === undefined) return ok(undefined);
  const entry = await entryOf(world, call.principal, call.params.id);
  if (!entry.ok) return entry;
  const own = entry.value.object.ref.name.split('/')[0] ?? '';
  const found = await findObject(world.store, { kind: 'Environment', name: environment ?? own });
  if (!found.ok) return found;
  if (found.value?.ref.name !== own)
    return fail(fault('conflict', 'a space stays in its environment; make another one there'));
  return sameWays(found.value, guestAuthentication);
}

export const spaceRoutes: readonly Route[] = [
  listSpaces,
  create,
  get,
  update,
  archiving('archive', 'Leave a space out of lists.'),
  archiving('unarchive', 'Put an archived space back into lists.'),
  removeOne,
  removeSeveral,
];
