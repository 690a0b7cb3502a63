/** The order of a list by number, as its caller asked for it. */
import { fault } from '../../domain/errors.js';
import { fail, ok, type Result } from '../../domain/result.js';
import type { Entry } from './objects.js';
import type { Listing, Pages } from './page-pagination.js';

export interface Sorting<Field extends string> extends Pages {
  readonly sortField?: Field;
  readonly sortDirection?: 'asc' | 'desc';
}

/** Undefined: by name. `bad_request` for a list by cursor, which is always by name. */
export function orderOf<Field extends string>(
  { sortField, sortDirection, limit, cursor }: Sorting<Field>,
  keyOf: (entry: Entry, field: Field) => string | number,
): Result<Listing['order']> {
  if (sortField === undefined) return ok(undefined);
  if (limit !== undefined || cursor !== undefined)
    return fail(fault('bad_request', 'a list by cursor cannot be sorted; use pageSize and pageNumber'));
  const sign = sortDirection === 'desc' ? -1 : 1;
  return ok((a, b) => sign * compare(keyOf(a, sortField), keyOf(b, sortField)));
}

const compare = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);
