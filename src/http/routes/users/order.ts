/** In which order people are listed by number. */
import { fault } from '../../../domain/errors.js';
import { fail, ok, type Result } from '../../../domain/result.js';
import type { Entry } from '../../numbered.js';
import { compare } from '../spaces/listing.js';
import { isUserEntry, nameOf } from './item.js';

export const SORT_FIELDS = [
  'email',
  'name',
  'id',
  'idp',
  'idp_ref',
  'created_at',
  'updated_at',
  'last_seen_at',
  'dashboard',
] as const;

export interface Sorting {
  readonly sortField?: (typeof SORT_FIELDS)[number];
  readonly sortDirection?: 'asc' | 'desc';
  readonly limit?: number;
  readonly cursor?: string;
}

export function orderOf({
  sortField,
  sortDirection,
  limit,
  cursor,
}: Sorting): Result<((a: Entry, b: Entry) => number) | undefined> {
  if (sortField === undefined) return ok(undefined);
  if (limit !== undefined || cursor !== undefined)
    return fail(fault('bad_request', 'a list by cursor is by name; sort one by pageSize and pageNumber'));
  const sign = sortDirection === 'desc' ? -1 : 1;
  return ok((a, b) => sign * compare(sortValue(a, sortField), sortValue(b, sortField)));
}

/** What nobody has here sorts nothing, and leaves them by name. */
function sortValue(entry: Entry, field: (typeof SORT_FIELDS)[number]): string | number {
  if (!isUserEntry(entry)) return '';
  switch (field) {
    case 'email':
      return entry.object.declaration.spec.email;
    case 'name':
      return nameOf(entry).toLowerCase();
    case 'id':
      return entry.object.id;
    case 'created_at':
      return entry.object.createdAt;
    case 'updated_at':
      return entry.kept.updatedAt;
    case 'dashboard':
      return Number(entry.kept.attributes['dashboard'] ?? 0);
    case 'idp':
    case 'idp_ref':
    case 'last_seen_at':
      return '';
  }
}
