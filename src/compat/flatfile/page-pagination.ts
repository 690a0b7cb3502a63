/**
 * Lists that two kinds of clients read: by numbered pages with totals, as Flatfile's client does, and by cursor. A
 * numbered page needs all that matches to be read, for it says how many there are; a cursor reads what it shows.
 */
import { type Static, type TSchema, Type } from 'typebox';
import type { LiveObject } from '../../domain/live.js';
import type { ObjectRef } from '../../domain/objects.js';
import { ok, type Result } from '../../domain/result.js';
import { cursorOf, pageThrough } from '../../http/cursor-pagination.js';
import type { HttpDependencies } from '../../http/dependencies.js';
import { nullable, PAGE_MAX, pageQuery } from '../../http/schemas.js';
import type { LiveStore } from '../../ports/live-store.js';
import { type Entry, withKept } from './objects.js';

/** `limit` or `cursor` asks for the one kind, anything else for the other; `size` is that other's default. */
export const bothPages = (size: number) => ({
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: PAGE_MAX, description: 'Items per page, by cursor.' }),
  ),
  cursor: pageQuery.cursor,
  ...numberedPages(size),
});

export const numberedPages = (size: number) => ({
  pageSize: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 1_000, default: size, description: 'Items per page, by number.' }),
  ),
  pageNumber: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 1_000_000_000, default: 1, description: 'Counts from 1.' }),
  ),
});

export const Pagination = Type.Object(
  { currentPage: Type.Integer(), pageCount: Type.Integer(), totalCount: Type.Integer() },
  { additionalProperties: false, description: 'Of a list by number.' },
);

export const NextCursor = nullable(
  Type.String({
    description: 'Of the next page by cursor. null after the last page, and for a list with a sort order.',
  }),
);

export interface Pages {
  readonly limit?: number;
  readonly cursor?: string;
  readonly pageSize?: number;
  readonly pageNumber?: number;
}

export interface Listing {
  readonly kind: ObjectRef['kind'];
  /** Only objects of this environment, whose names begin with it. */
  readonly environment?: string | undefined;
  readonly pages: Pages;
  /** By what the object says; who may see it is asked here. */
  matches(object: LiveObject): boolean;
  /** And by what is kept beside it; absent: all of them. */
  isWanted?(entry: Entry): boolean;
  /** Absent: by name. */
  readonly order?: ((a: Entry, b: Entry) => number) | undefined;
}

export interface Listed {
  readonly entries: readonly Entry[];
  readonly pagination?: Static<typeof Pagination>;
  readonly nextCursor: string | null;
}

export const listAnswer = <T extends TSchema>(item: T) =>
  Type.Object(
    { data: Type.Array(item), pagination: Type.Optional(Pagination), nextCursor: NextCursor },
    { additionalProperties: false },
  );

/** A page of what is read already. */
export function pageByNumber<T>(items: readonly T[], { pageSize = 10, pageNumber = 1 }: Pages) {
  const data = items.slice(pageSize * (pageNumber - 1), pageSize * pageNumber);
  return { data, pagination: paginationOf(items.length, { pageSize, pageNumber }) };
}

/** A page as it is answered; `show` gives the items of its entries. */
export async function listPage(
  deps: HttpDependencies,
  listing: Listing,
  show: (entries: readonly Entry[]) => Result<readonly object[]> | Promise<Result<readonly object[]>>,
): Promise<Result<object>> {
  const page = await list(deps, listing);
  if (!page.ok) return page;
  const { entries, ...rest } = page.value;
  const data = await show(entries);
  return data.ok ? ok({ data: data.value, ...rest }) : data;
}

export const list = (deps: HttpDependencies, listing: Listing): Promise<Result<Listed>> =>
  listing.pages.limit === undefined && listing.pages.cursor === undefined
    ? byNumber(deps, listing)
    : byCursor(deps, listing);

/** Short, even empty, pages that are not the last one are possible, as in every list by cursor. */
async function byCursor(deps: HttpDependencies, listing: Listing): Promise<Result<Listed>> {
  const { kind, pages, environment, matches, isWanted = () => true } = listing;
  const page = await pageThrough(deps.store, {
    ...{ kind, limit: pages.limit, cursor: pages.cursor },
    matches: (object) => isIn(object.ref, environment) && matches(object),
  });
  if (!page.ok) return page;
  const entries = await withKept(deps, page.value.data);
  if (!entries.ok) return entries;
  return ok({ entries: entries.value.filter(isWanted), nextCursor: page.value.nextCursor });
}

async function byNumber(deps: HttpDependencies, listing: Listing): Promise<Result<Listed>> {
  const { pages, order, isWanted = () => true } = listing;
  const { pageSize = 10, pageNumber = 1 } = pages;
  const objects = await readAll(deps.store, listing);
  if (!objects.ok) return objects;
  const all = await withKept(deps, objects.value);
  if (!all.ok) return all;
  const wanted = all.value.filter(isWanted);
  const sorted = order === undefined ? wanted : wanted.toSorted(order);
  const end = pageSize * pageNumber;
  const entries = sorted.slice(end - pageSize, end);
  const last = order === undefined && end < sorted.length ? entries.at(-1)?.object.ref.name : undefined;
  const pagination = paginationOf(sorted.length, { pageSize, pageNumber });
  return ok({ entries, pagination, nextCursor: cursorOf(last) });
}

export const paginationOf = (
  totalCount: number,
  { pageSize = 10, pageNumber = 1 }: Pages,
): Static<typeof Pagination> => ({
  currentPage: pageNumber,
  pageCount: Math.ceil(totalCount / pageSize),
  totalCount,
});

const READ_AT_ONCE = 500;

type Reading = Pick<Listing, 'kind' | 'environment' | 'matches'>;

/** All that match, by name. */
export async function readAll(
  store: LiveStore,
  { kind, environment, matches }: Reading,
): Promise<Result<readonly LiveObject[]>> {
  const found: LiveObject[] = [];
  let after = environment === undefined ? undefined : `${environment}/`;
  for (;;) {
    const read = await store.list({ kind, after, limit: READ_AT_ONCE });
    if (!read.ok) return read;
    const inside = read.value.filter(({ ref }) => isIn(ref, environment));
    found.push(...inside.filter(matches));
    after = read.value.at(-1)?.ref.name;
    if (read.value.length < READ_AT_ONCE || inside.length < read.value.length) return ok(found);
  }
}

const isIn = ({ name }: ObjectRef, environment: string | undefined): boolean =>
  environment === undefined || name.startsWith(`${environment}/`);
