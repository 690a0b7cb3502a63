/** Workbooks: listed, shown, made, changed and removed. One outside what is open to a guest does not exist for them (F12). */
import { type Static, Type } from 'typebox';
import { ok } from '../../../domain/result.js';
import { byOf, given } from '../../../http/live-objects.js';
import { resource } from '../../../http/resource.js';
import type { Route } from '../../../http/route.js';
import { closed, oneById } from '../../../http/schemas.js';
import { createSpace } from '../spaces/create.js';
import { isOfPlace, itemsOf, openIn, seenSpace, seenWorkbook, spacesOf, workbookShown } from './find.js';
import { attributeFields, type WorkbookEntry, WorkbookItem } from './item.js';

const byId = oneById('us_wb', 'The id of a workbook.', 40);

const workbooks = resource<WorkbookEntry, typeof byId, typeof WorkbookItem>({
  ...{ path: '/workbooks', tag: 'workbooks', read: 'workbooks:read', write: 'workbooks:write' },
  ...{ scope: 'objects', params: byId, item: WorkbookItem },
  find: ({ principal, params }, deps) => seenWorkbook(deps, principal, params.id),
  show: (entry, deps) => workbookShown(deps, entry),
});

const filter = (description: string) =>
  Type.Optional(
    Type.String({ maxLength: 200, description: `${description} With a leading -: not this one.` }),
  );

const Query = Type.Object(
  {
    spaceId: Type.Optional(Type.String({ maxLength: 100 })),
    name: filter('Its name.'),
    namespace: filter('Its namespace.'),
    label: filter('One of its labels.'),
    treatment: filter('One of its treatments.'),
    includeSheets: Type.Optional(Type.Boolean({ default: true })),
    includeCounts: Type.Optional(Type.Boolean({ description: 'Ignored: there are no records to count.' })),
  },
  closed,
);

const list = workbooks.list({
  id: 'listWorkbooks',
  summary: 'Workbooks that the caller can read, of one space or all.',
  query: Query,
  answer: Type.Object({ data: Type.Array(WorkbookItem) }, closed),
  faults: ['not_found'],
  page: async ({ principal, query }, deps) => {
    const spaces = await spacesOf(deps, query.spaceId);
    const entries = spaces.ok ? await openIn(deps, principal, spaces.value) : spaces;
    if (!entries.ok) return entries;
    const wanted = entries.value.filter((entry) => isWanted(entry, query));
    const data = await itemsOf(deps, wanted, query.includeSheets === false ? 'left out' : 'shown');
    return data.ok ? ok({ data: data.value }) : data;
  },
});

const get = workbooks.get({ id: 'getWorkbook', summary: 'One workbook.' });

const Name = Type.String({ minLength: 1, maxLength: 200 });
const place = {
  spaceId: Type.Optional(
    Type.String({ maxLength: 100, description: 'Absent when creating: a new space of the same name.' }),
  ),
  environmentId: Type.Optional(Type.String({ maxLength: 100 })),
};

const create = workbooks.create({
  id: 'createWorkbook',
  summary: 'Create a workbook, in a space or with a space of its own.',
  body: Type.Object({ ...attributeFields, name: Name, ...place }, closed),
  faults: ['not_found', 'conflict', 'unknown_reference'],
  create: async (call, deps) => {
    const { name, spaceId, environmentId, ...attributes } = call.body;
    const by = byOf(call);
    const made =
      spaceId === undefined
        ? await createSpace(deps, { body: given({ name, environmentId }), by, token: call.credential.token })
        : ok({ space: { id: spaceId }, by });
    if (!made.ok) return made;
    const { principal } = made.value.by;
    const space = await seenSpace(deps, principal, made.value.space.id);
    if (!space.ok) return space;
    const stays = await isOfPlace(deps, space.value, { environmentId });
    if (!stays.ok) return stays;
    const workbook = { space: space.value.ref, name, attributes: given(attributes) };
    const id = await deps.admin.createWorkbook(workbook, made.value.by);
    return id.ok ? seenWorkbook(deps, principal, id.value) : id;
  },
});

const update = workbooks.update({
  id: 'updateWorkbook',
  summary: 'Change a workbook. It stays in its space.',
  body: Type.Object({ ...attributeFields, name: Type.Optional(Name), ...place }, closed),
  faults: ['not_found', 'conflict'],
  update: async (call, { id, space }, deps) => {
    const { spaceId, environmentId, ...attributes } = call.body;
    const stays = await isOfPlace(deps, space, { spaceId, environmentId });
    return stays.ok ? deps.admin.changeWorkbook(id, given(attributes), byOf(call)) : stays;
  },
});

const remove = workbooks.remove({
  id: 'deleteWorkbook',
  summary: 'Delete a workbook.',
  description: 'Refused while guests are granted it by name.',
  faults: ['not_found', 'in_use'],
  run: (call, { id }, deps) => deps.admin.removeWorkbook(id, byOf(call)),
});

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
