/** Workbooks: listed, shown, made, changed and removed. One outside what is open to a guest does not exist for them (F12). */
import { type Static, Type } from 'typebox';
import type { Principal } from '../../../domain/principal.js';
import { ok } from '../../../domain/result.js';
import { byOf, given, SUCCESS, Success } from '../../live-objects.js';
import { type Answered, json, type Route, route } from '../../route.js';
import { closed, dataOf } from '../../schemas.js';
import type { HttpWorld } from '../../world.js';
import { makeSpace } from '../spaces/making.js';
import { isOfPlace, itemsOf, openIn, seenSpace, seenWorkbook, spacesOf, workbookShown } from './finding.js';
import { attributeFields, type WorkbookEntry, WorkbookItem } from './item.js';

const byId = Type.Object(
  {
    id: Type.String({
      pattern: '^us_wb_[0-9A-Za-z]{1,40}$',
      maxLength: 64,
      description: 'The id of a workbook.',
    }),
  },
  closed,
);

const about = { tag: 'workbooks', faults: ['not_found'] } as const;

const filter = (description: string) =>
  Type.Optional(Type.String({ maxLength: 200, description: `${description} With - in front: not that.` }));

const Query = Type.Object(
  {
    spaceId: Type.Optional(Type.String({ maxLength: 100 })),
    name: filter('Its name.'),
    namespace: filter('Its namespace.'),
    label: filter('One of its labels.'),
    treatment: filter('One of its treatments.'),
    includeSheets: Type.Optional(Type.Boolean({ default: true })),
    includeCounts: Type.Optional(
      Type.Boolean({ description: 'Says nothing: there are no records to count.' }),
    ),
  },
  closed,
);

const list = route({
  method: 'GET',
  path: '/workbooks',
  id: 'listWorkbooks',
  ...about,
  summary: 'Workbooks that are open to the caller, of one space or all.',
  permission: 'workbooks:read',
  scope: 'objects',
  query: Query,
  answer: Type.Object({ data: Type.Array(WorkbookItem) }, closed),
  handle: async ({ principal, query }, world) => {
    const spaces = await spacesOf(world, query.spaceId);
    if (!spaces.ok) return spaces;
    const entries = await openIn(world, principal, spaces.value);
    if (!entries.ok) return entries;
    const wanted = entries.value.filter((entry) => isWanted(entry, query));
    const items = await itemsOf(world, wanted, query.includeSheets === false ? 'left out' : 'shown');
    return items.ok ? json({ data: items.value }) : items;
  },
});

const get = route({
  method: 'GET',
  path: '/workbooks/{id}',
  id: 'getWorkbook',
  ...about,
  summary: 'One workbook.',
  permission: 'workbooks:read',
  scope: 'objects',
  params: byId,
  answer: dataOf(WorkbookItem),
  handle: ({ principal, params }, world) => shown(world, principal, params.id),
});

const Name = Type.String({ minLength: 1, maxLength: 200 });

const create = route({
  method: 'POST',
  path: '/workbooks',
  id: 'createWorkbook',
  ...about,
  faults: ['not_found', 'conflict', 'unknown_reference'],
  summary: 'Make a workbook, in a space or with a space of its own.',
  permission: 'workbooks:write',
  scope: 'objects',
  body: Type.Object(
    {
      ...attributeFields,
      name: Name,
      spaceId: Type.Optional(
        Type.String({ maxLength: 100, description: 'Absent: a new space of the same name.' }),
      ),
      environmentId: Type.Optional(Type.String({ maxLength: 100 })),
    },
    closed,
  ),
  nulls: 'absent',
  makes: true,
  answer: dataOf(WorkbookItem),
  handle: async (call, world) => {
    const { name, spaceId, environmentId, ...attributes } = call.body;
    const by = byOf(call);
    const made =
      spaceId === undefined
        ? await makeSpace(world, { body: given({ name, environmentId }), by, token: call.credential.token })
        : ok({ space: { id: spaceId }, by });
    if (!made.ok) return made;
    const { principal } = made.value.by;
    const space = await seenSpace(world, principal, made.value.space.id);
    if (!space.ok) return space;
    const stays = await isOfPlace(world, space.value, { environmentId });
    if (!stays.ok) return stays;
    const id = await world.rooms.createWorkbook(
      { space: space.value.ref, name, attributes: given(attributes) },
      made.value.by,
    );
    return id.ok ? shown(world, principal, id.value) : id;
  },
});

const update = route({
  method: 'PATCH',
  path: '/workbooks/{id}',
  id: 'updateWorkbook',
  ...about,
  summary: 'Change what is said of a workbook. It stays in its space.',
  permission: 'workbooks:write',
  scope: 'objects',
  params: byId,
  body: Type.Object(
    {
      ...attributeFields,
      name: Type.Optional(Name),
      spaceId: Type.Optional(Type.String({ maxLength: 100 })),
      environmentId: Type.Optional(Type.String({ maxLength: 100 })),
    },
    closed,
  ),
  nulls: 'absent',
  answer: dataOf(WorkbookItem),
  faults: ['not_found', 'conflict'],
  handle: async (call, world) => {
    const { spaceId, environmentId, ...attributes } = call.body;
    const found = await seenWorkbook(world, call.principal, call.params.id);
    if (!found.ok) return found;
    const stays = await isOfPlace(world, found.value.space, { spaceId, environmentId });
    if (!stays.ok) return stays;
    const changed = await world.rooms.changeWorkbook(call.params.id, given(attributes), byOf(call));
    return changed.ok ? shown(world, call.principal, call.params.id) : changed;
  },
});

const remove = route({
  method: 'DELETE',
  path: '/workbooks/{id}',
  id: 'deleteWorkbook',
  ...about,
  summary: 'Remove a workbook from its space.',
  description: 'Not while guests are let into it by name.',
  permission: 'workbooks:write',
  scope: 'objects',
  params: byId,
  answer: Success,
  faults: ['not_found', 'in_use'],
  handle: async (call, world) => {
    const found = await seenWorkbook(world, call.principal, call.params.id);
    if (!found.ok) return found;
    const removed = await world.rooms.removeWorkbook(call.params.id, byOf(call));
    return removed.ok ? json(SUCCESS) : removed;
  },
});

async function shown(world: HttpWorld, principal: Principal, id: string): Promise<Answered> {
  const item = await workbookShown(world, principal, id);
  return item.ok ? json({ data: item.value }) : item;
}

function isWanted({ declaredName, kept }: WorkbookEntry, query: Static<typeof Query>): boolean {
  const { name = declaredName, namespace, labels = [], treatments = [] } = kept?.attributes ?? {};
  return (
    fits(query.name, [name, declaredName]) &&
    fits(query.namespace, [namespace]) &&
    fits(query.label, labels) &&
    fits(query.treatment, treatments)
  );
}

/** Among these, or not where it begins with a minus. */
function fits(wanted: string | undefined, values: unknown): boolean {
  if (wanted === undefined) return true;
  const isNegated = wanted.startsWith('-');
  const isThere = Array.isArray(values) && values.includes(isNegated ? wanted.slice(1) : wanted);
  return isThere !== isNegated;
}

export const workbookRoutes: readonly Route[] = [list, get, create, update, remove];
