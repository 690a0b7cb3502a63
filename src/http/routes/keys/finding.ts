/** The key that a path names. One of another environment is not there, for a caller who lives in one. */
import { fault } from '../../../domain/errors.js';
import { isId } from '../../../domain/objects.js';
import { fail, ok, type Result } from '../../../domain/result.js';
import type { LiveStore } from '../../../ports/live-store.js';
import type { Asker } from '../../route.js';
import { isKey, type KeyObject } from './item.js';

const ABSENT = fail(fault('not_found', 'there is no such key; GET /keys lists them'));

/** `idOrName`: `us_key_…`, or a name. `not_found`. */
export async function findKey(
  store: LiveStore,
  { principal, idOrName }: { readonly principal: Asker; readonly idOrName: string },
): Promise<Result<KeyObject>> {
  const ref = isId(idOrName)
    ? await store.resolve([{ kind: 'ApiKey', name: idOrName }])
    : ok([{ kind: 'ApiKey', name: idOrName } as const]);
  if (!ref.ok) return ref;
  const [named] = ref.value;
  if (named === undefined) return ABSENT;
  const found = await store.fetch([named]);
  if (!found.ok) return found;
  const [object] = found.value;
  if (object === undefined || !isKey(object)) return ABSENT;
  const { environment } = principal;
  return environment === undefined || environment === object.declaration.spec.environment
    ? ok(object)
    : ABSENT;
}
