/** Finds the key that a path names. One that the caller may not see does not exist for them. */
import { fault } from '../../../domain/errors.js';
import type { Principal } from '../../../domain/principal.js';
import { fail, ok, type Result } from '../../../domain/result.js';
import type { LiveStore } from '../../../ports/live-store.js';
import { maySee } from '../../access.js';
import { findObject } from '../../live-objects.js';
import { isKey, type KeyObject } from './item.js';

export const NOT_FOUND = fail(fault('not_found', 'no such key; GET /keys lists the keys you can see'));

interface Lookup {
  readonly principal: Principal;
  readonly idOrName: string;
  /** A caller with this permission may see it, too. */
  readonly permission?: string;
}

/** `idOrName`: `us_key_…`, or a name. `not_found`. */
export async function findKey(
  store: LiveStore,
  { principal, idOrName, permission = 'keys:read' }: Lookup,
): Promise<Result<KeyObject>> {
  const found = await findObject(store, { kind: 'ApiKey', name: idOrName });
  if (!found.ok) return found;
  const object = found.value;
  if (object === undefined || !isKey(object)) return NOT_FOUND;
  const isSeen = [permission, 'keys:read'].some((one) => maySee(principal, one, object));
  return isSeen ? ok(object) : NOT_FOUND;
}
