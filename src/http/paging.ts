/** Lists by cursor: from the store a page at a time, less what the caller did not ask for or may not see. */
import type { LiveObject } from '../domain/live.js';
import type { ObjectRef } from '../domain/objects.js';
import { ok, type Result } from '../domain/result.js';
import type { LiveStore } from '../ports/live-store.js';
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
const LOOKED_AT_MAX = 2_000;
const READ_AT_ONCE = 500;

export async function pageThrough(store: LiveStore, wanted: Wanted): Promise<Result<Page<LiveObject>>> {
  const { kind, limit = PAGE_DEFAULT, cursor } = wanted;
  const data: LiveObject[] = [];
  let after = cursor === undefined ? undefined : nameOf(cursor);
  for (let lookedAt = 0; lookedAt < LOOKED_AT_MAX; ) {
    // One more than is missing tells whether there is another page.
    const reading = Math.min(READ_AT_ONCE, data.length === 0 ? limit + 1 : READ_AT_ONCE);
    const read = await store.list({ kind, limit: reading, after });
    if (!read.ok) return read;
    for (const object of read.value) {
      if (data.length === limit) return ok({ data, nextCursor: cursorOf(after) });
      after = object.ref.name;
      if (wanted.matches(object)) data.push(object);
    }
    if (read.value.length < reading) return ok({ data, nextCursor: null });
    lookedAt += read.value.length;
  }
  return ok({ data, nextCursor: cursorOf(after) });
}

export const cursorOf = (name: string | undefined): string | null =>
  name === undefined ? null : Buffer.from(name, 'utf8').toString('base64url');

/** Any text is a place in the order of names, so a cursor that we never gave does no harm; NUL goes to no database. */
const nameOf = (cursor: string): string =>
  Buffer.from(cursor, 'base64url').toString('utf8').replaceAll('\0', '');
