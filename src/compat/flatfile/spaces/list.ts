/** GET /spaces: of one environment or across all of them, filtered, sorted and counted (F15). */
import { type Static, Type } from 'typebox';
import { fault } from '../../../domain/errors.js';
import { fail, ok, type Result } from '../../../domain/result.js';
import { maySee } from '../../../http/access.js';
import type { HttpDependencies } from '../../../http/dependencies.js';
import { findObject } from '../../../http/live-objects.js';
import { json, respond, route } from '../../../http/route.js';
import { closed } from '../../../http/schemas.js';
import { displayName } from '../environments/item.js';
import type { Entry } from '../objects.js';
import { bothPages, type Listing, listAnswer, listPage } from '../page-pagination.js';
import { orderOf } from '../sort-order.js';
import { isSpaceEntry, SpaceItem, spaceItems } from './item.js';

const SORT_FIELDS = [
  'name',
  'workbooksCount',
  'filesCount',
  'environmentId',
  'createdByUserName',
  'createdAt',
  'lastActivityAt',
] as const;

const text = (description: string) => Type.Optional(Type.String({ maxLength: 200, description }));

const Query = Type.Object(
  {
    ...bothPages(10),
    environmentId: text('Only of this environment: an id, or a name.'),
    environment: text('The same by name.'),
    search: text('Part of its name.'),
    namespace: text('Its namespace.'),
    app: text('The app it belongs to.'),
    appId: text('The same.'),
    archived: Type.Optional(Type.Boolean({ default: false, description: 'Archived ones too.' })),
    isCollaborative: Type.Optional(Type.Boolean({ description: 'No space is.' })),
    isAppTemplate: Type.Optional(Type.Boolean()),
    sortField: Type.Optional(
      Type.Enum(SORT_FIELDS, { description: 'With sortDirection; only with numbered pages.' }),
    ),
    sortDirection: Type.Optional(Type.Enum(['asc', 'desc'])),
  },
  closed,
);

type SpacesQuery = Static<typeof Query>;

export const listSpaces = route({
  method: 'GET',
  path: '/spaces',
  id: 'listSpaces',
  tag: 'spaces',
  summary: 'Spaces that the caller can read, of one environment or all.',
  permission: 'spaces:read',
  scope: 'objects',
  query: Query,
  answer: listAnswer(SpaceItem),
  handle: async ({ principal, query }, deps) => {
    const environment = await environmentName(deps, query);
    if (!environment.ok) return environment;
    const sorted = order(query);
    if (!sorted.ok) return sorted;
    if (environment.value === null)
      return json({ ...NONE, pagination: { ...NO_PAGES, currentPage: query.pageNumber ?? 1 } });
    const listing: Listing = {
      ...{ kind: 'Space', environment: environment.value, pages: query, order: sorted.value },
      matches: (object) => maySee(principal, 'spaces:read', object),
      isWanted: (entry) => isWanted(entry, query),
    };
    return respond(await listPage(deps, listing, (entries) => spaceItems(deps, entries)), (page) => page);
  },
});

const NONE = { data: [], nextCursor: null } as const;
const NO_PAGES = { pageCount: 0, totalCount: 0 } as const;

/** Undefined: all of them. Null: one that does not exist. */
async function environmentName(
  { store }: HttpDependencies,
  { environmentId, environment = environmentId }: SpacesQuery,
): Promise<Result<string | undefined | null>> {
  if (environment === undefined) return ok(undefined);
  const found = await findObject(store, { kind: 'Environment', name: environment });
  return found.ok ? ok(found.value?.ref.name ?? null) : found;
}

function isWanted(entry: Entry, query: SpacesQuery): boolean {
  const { search, namespace, app, appId = app, archived = false, isCollaborative, isAppTemplate } = query;
  const { attributes } = entry.kept;
  return (
    (archived || attributes['archivedAt'] === undefined) &&
    isCollaborative !== true &&
    [undefined, attributes['namespace']].includes(namespace) &&
    [undefined, attributes['appId']].includes(appId) &&
    [undefined, attributes['isAppTemplate'] === true].includes(isAppTemplate) &&
    displayName(entry)
      .toLowerCase()
      .includes((search ?? '').toLowerCase())
  );
}

/** Both or neither, as Flatfile has it. */
const order = (query: SpacesQuery) =>
  (query.sortField === undefined) === (query.sortDirection === undefined)
    ? orderOf(query, sortValue)
    : fail(fault('bad_request', 'query.sortField and query.sortDirection must be sent together'));

/** What no space has here sorts nothing, and leaves them by name. */
function sortValue(entry: Entry, field: (typeof SORT_FIELDS)[number]): string | number {
  switch (field) {
    case 'name':
      return displayName(entry).toLowerCase();
    case 'workbooksCount':
      return isSpaceEntry(entry) ? (entry.object.declaration.spec.workbooks ?? []).length : 0;
    case 'environmentId':
      return isSpaceEntry(entry) ? entry.object.declaration.spec.environment : '';
    case 'createdByUserName':
      return String(entry.kept.attributes['createdByUserName'] ?? '');
    case 'createdAt':
      return entry.object.createdAt;
    case 'lastActivityAt':
      return entry.kept.updatedAt;
    case 'filesCount':
      return 0;
  }
}
