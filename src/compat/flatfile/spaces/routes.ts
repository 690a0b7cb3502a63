/** Spaces: created, shown, changed, archived and deleted. */
import { Type } from 'typebox';
import { fault } from '../../../domain/errors.js';
import type { Principal } from '../../../domain/principal.js';
import { fail, ok, type Result } from '../../../domain/result.js';
import { formatInstant } from '../../../domain/time.js';
import type { HttpDependencies } from '../../../http/dependencies.js';
import { byOf, done, findObject, given, refById, Success } from '../../../http/live-objects.js';
import { resource } from '../../../http/resource.js';
import { type Route, route, shownOnce } from '../../../http/route.js';
import { closed, dataOf, oneById } from '../../../http/schemas.js';
import { type Entry, findEntry, only } from '../objects.js';
import { createSpace, GONE, SpaceConfig, sameWays } from './create.js';
import { SpaceItem, spaceItems } from './item.js';
import { listSpaces } from './list.js';

const byId = oneById('us_sp', 'The id of a space.');

const about = { path: '/spaces', tag: 'spaces' } as const;

const spaces = resource<Entry, typeof byId, typeof SpaceItem>({
  ...{ ...about, read: 'spaces:read', write: 'spaces:write', scope: 'objects' },
  ...{ params: byId, item: SpaceItem },
  find: ({ principal, params }, deps) => entryOf(deps, principal, params.id),
  show: async (entry, deps) => only(await spaceItems(deps, [entry]), GONE),
});

const faults = ['not_found', 'conflict', 'unknown_reference'] as const;

const create = route({
  ...about,
  method: 'POST',
  id: 'createSpace',
  browsers: 'allowed',
  summary: 'Create a space.',
  description:
    'A secret key creates it in its environment; users name the environment. A publishable key may create one too: the response has an access token for this space alone, valid for 24 hours. Needs the permission `spaces:write` there.',
  body: SpaceConfig,
  nulls: 'absent',
  creates: true,
  answer: dataOf(SpaceItem),
  faults,
  handle: async (call, deps) => {
    const made = await createSpace(deps, { body: call.body, by: byOf(call), token: call.credential.token });
    if (!made.ok) return made;
    const { accessToken: _, ...space } = made.value.space;
    return shownOnce({ data: made.value.space }, { data: space });
  },
});

const get = spaces.get({ id: 'getSpace', summary: 'One space.', faults });

const update = spaces.update({
  id: 'updateSpace',
  summary: 'Change a space.',
  description: 'A change of declared fields is drift; a change of other attributes is not.',
  body: SpaceConfig,
  faults,
  update: async (call, entry, deps) => {
    const { environmentId, environment = environmentId, guestAuthentication, ...changed } = call.body;
    const fits = await fitsEnvironment(deps, entry, { environment, guestAuthentication });
    if (!fits.ok) return fits;
    const { workbooks, description, ...attributes } = changed;
    const spec = given({ workbooks, description });
    return deps.admin.change({ object: refById(entry.object), spec, attributes }, byOf(call));
  },
});

const archiving = (verb: 'archive' | 'unarchive', summary: string): Route =>
  spaces.action(verb, {
    ...{ id: `${verb}Space`, summary, faults },
    run: (call, { object }, deps) => {
      const archivedAt = verb === 'archive' ? formatInstant(deps.clock.now()) : null;
      return deps.admin.change({ object: refById(object), attributes: { archivedAt } }, byOf(call));
    },
  });

const removeOne = spaces.remove({
  id: 'deleteSpace',
  summary: 'Delete a space.',
  description: 'Refused while guests have grants in it.',
  faults: ['not_found', 'in_use'],
  run: (call, { object }, deps) => deps.admin.remove([refById(object)], byOf(call)),
});

const removeSeveral = route({
  ...about,
  method: 'DELETE',
  id: 'deleteSpaces',
  summary: 'Delete several spaces, all or none.',
  ...{ permission: 'spaces:write', scope: 'objects' },
  query: Type.Object(
    { spaceIds: Type.Array(byId.properties.id, { minItems: 1, maxItems: 500, uniqueItems: true }) },
    closed,
  ),
  answer: Success,
  faults: ['not_found', 'in_use'],
  handle: async (call, deps) => {
    const entries = await Promise.all(call.query.spaceIds.map((id) => entryOf(deps, call.principal, id)));
    const absent = entries.find((entry) => !entry.ok);
    if (absent !== undefined && !absent.ok) return absent;
    const refs = entries.flatMap((entry) => (entry.ok ? [refById(entry.value.object)] : []));
    return done(await deps.admin.remove(refs, byOf(call)));
  },
});

const entryOf = (deps: HttpDependencies, principal: Principal, id: string): Promise<Result<Entry>> =>
  findEntry(deps, { principal, kind: 'Space', idOrName: id, permissions: ['spaces:read'] });

interface Surrounding {
  readonly environment: string | undefined;
  readonly guestAuthentication: readonly string[] | undefined;
}

/** A space does not move, and lets guests in as its environment does: to say the same again changes nothing. */
async function fitsEnvironment(
  deps: HttpDependencies,
  { object }: Entry,
  { environment, guestAuthentication }: Surrounding,
): Promise<Result<void>> {
  if (environment === undefined && guestAuthentication === undefined) return ok(undefined);
  const own = object.ref.name.split('/')[0] ?? '';
  const found = await findObject(deps.store, { kind: 'Environment', name: environment ?? own });
  if (!found.ok) return found;
  if (found.value?.ref.name !== own)
    return fail(
      fault('conflict', 'the environment of a space cannot be changed; create another space there'),
    );
  return sameWays(found.value, guestAuthentication);
}

export const spaceRoutes: readonly Route[] = [
  listSpaces,
  create,
  get,
  update,
  archiving('archive', 'Archive a space. Lists omit it.'),
  archiving('unarchive', 'Unarchive a space.'),
  removeOne,
  removeSeveral,
];
