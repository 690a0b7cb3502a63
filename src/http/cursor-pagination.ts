/** Lists by cursor: from the store a page at a time, less what the caller did not ask for or may not see. */
import { isUtf8 } from 'node:buffer';
import { fault } from '../domain/errors.js';
import type { LiveObject } from '../domain/live.js';
import type { ObjectRef } from '../domain/objects.js';
import { fail, ok, type Result } from '../domain/result.js';
import type { LiveStore } from '../ports/live-store.js';
import { isText } from './json.js';
import { PAGE_DEFAULT } from './schemas.js';

export interface Wanted {
  readonly kind: ObjectRef['kind'];
  readonly limit: number | undefined;
  readonly cursor: string | undefined;
  /** Of one environment's objects only those are read, where names begin with it. */
  readonly environment?: string | undefined;
  matches(object: LiveObject): boolean;
}

export interface Page<T> {
  readonly data: readonly T[];
  /** Null after the last page. A page may be short, even empty, and not the last: too much was passed over. */
  readonly nextCursor: string | null;
}

/** Read and passed over in one request, at most. */
const SCANNED_MAX = 2_000;
const READ_AT_ONCE = 500;

export async function pageThrough(store: LiveStore, wanted: Wanted): Promise<Result<Page<LiveObject>>> {
  const { kind, limit = PAGE_DEFAULT, cursor } = wanted;
  const data: LiveObject[] = [];
  const place = placeOf(cursor);
  if (!place.ok) return place;
  let after = place.value;
  for (let scanned = 0; scanned < SCANNED_MAX; ) {
    // One more than is missing shows whether there is another page.
    const reading = Math.min(READ_AT_ONCE, data.length === 0 ? limit + 1 : READ_AT_ONCE);
    const read = await store.list({ kind, limit: reading, after });
    if (!read.ok) return read;
    for (const object of read.value) {
      if (data.length === limit) return ok({ data, nextCursor: cursorOf(after) });
      after = object.ref.name;
      if (wanted.matches(object)) data.push(object);
    }
    if (read.value.length < reading) return ok({ data, nextCursor: null });
    scanned += read.value.length;
  }
  return ok({ data, nextCursor: cursorOf(after) });
}

export const cursorOf = (name: string | undefined): string | null =>
  name === undefined ? null : Buffer.from(name, 'utf8').toString('base64url');

/** Any text is a position in the order of names; what is no text was never given by us, and would pass for the end of a list. */
function placeOf(cursor: string | undefined): Result<string | undefined> {
  if (cursor === undefined) return ok(undefined);
  const bytes = Buffer.from(cursor, 'base64url');
  const name = bytes.toString('utf8');
  const isValid = isUtf8(bytes) && isText(name) && cursorOf(name) === cursor;
  return isValid ? ok(name) : fail(INVALID_CURSOR);
}

const INVALID_CURSOR = fault(
  'bad_request',
  'query.cursor is invalid; send the nextCursor of the previous page unchanged',
);

interface Among<T> {
  readonly items: readonly T[];
  /** Unique among the items, and their order. */
  keyOf(item: T): string;
}

/** The same of a list that is short, and read as a whole: all of it where neither a limit nor a cursor is given. */
export function pageAmong<T>(
  { items, keyOf }: Among<T>,
  { limit, cursor }: { readonly limit?: number; readonly cursor?: string },
): Result<Page<T>> {
  const place = placeOf(cursor);
  if (!place.ok) return place;
  const { value: after = '' } = place;
  const rest = items
    .map((item) => ({ item, key: keyOf(item) }))
    .filter(({ key }) => key > after)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const most = limit ?? (cursor === undefined ? rest.length : PAGE_DEFAULT);
  const shown = rest.slice(0, most);
  const nextCursor = rest.length > most ? cursorOf(shown.at(-1)?.key) : null;
  return ok({ data: shown.map(({ item }) => item), nextCursor });
}
