/** What people ask of a key through the API: found, asked of the store, in force here, and shown as it is then. */

import { type Static, type TObject, Type } from 'typebox';
import type { FaultCode } from '../../../domain/errors.js';
import type { ObjectRef } from '../../../domain/objects.js';
import { actorOf } from '../../../domain/principal.js';
import { ok, type Result } from '../../../domain/result.js';
import type { Request } from '../../../ports/live-store.js';
import type { HttpDependencies } from '../../dependencies.js';
import { refreshVerifier } from '../../key-verification.js';
import { findObject, refById } from '../../live-objects.js';
import { type Answered, type Route, respond, route } from '../../route.js';
import { closed, dataOf } from '../../schemas.js';
import { findKey, NOT_FOUND } from './find.js';
import { isKey, Key, type KeyObject, keyItem } from './item.js';

export const byId = Type.Object(
  {
    id: Type.String({
      pattern: '^(?:us_key_[0-9A-Za-z]{1,32}|[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)$',
      maxLength: 64,
      description: 'The id of a key, or its name.',
      'x-expects': 'the id of a key, or its name',
    }),
  },
  closed,
);

/** For a key that a project declares in an environment that requires approval, where the caller may not approve. */
export const BreakGlass = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 500,
    description: 'In an emergency, where approval is required: the reason. Written to the audit log.',
  }),
);

export const OneKey = dataOf(Key);

export interface Transition<B extends TObject> {
  /** `activate`: the last part of the path, and of the audit log's. */
  readonly verb: string;
  readonly permission: string;
  readonly summary: string;
  readonly description: string;
  readonly body: B;
  /** Beyond `not_found` and `conflict`. */
  readonly faults?: readonly FaultCode[];
  /** Refuses what the key, as it is, must not be asked. */
  refuse?(key: KeyObject, body: Static<B>): Result<void>;
  /** Of the object by its id: another one may have its name since. */
  request(object: ObjectRef, body: Static<B>, key: KeyObject): Request;
}

/** `POST /keys/{id}/{verb}`: finds the key, asks the store, and answers with the key once that is in force here. */
export const transition = <B extends TObject>({ verb, request, refuse, ...about }: Transition<B>): Route =>
  route<typeof byId, TObject<Record<never, never>>, B>({
    ...{ method: 'POST', path: `/keys/{id}/${verb}`, id: `${verb}Key`, tag: 'keys', scope: 'keys' },
    ...{ params: byId, answer: OneKey, ...about },
    faults: ['not_found', 'conflict', ...(about.faults ?? [])],
    handle: async ({ principal, params, body }, deps) => {
      const { permission } = about;
      const found = await findKey(deps.store, { principal, idOrName: params.id, permission });
      if (!found.ok) return found;
      const refused = refuse?.(found.value, body);
      if (refused?.ok === false) return refused;
      const object = refById(found.value);
      const { breakGlass } = body as { readonly breakGlass?: string };
      const caller = {
        ...{ actor: actorOf(principal), path: `http:POST /keys/{id}/${verb}`, principal, isApproved: true },
        ...(breakGlass !== undefined && { breakGlass }),
      };
      const requested = await deps.store.request(request(object, body, found.value), caller);
      return requested.ok ? keyNow(deps, object) : requested;
    },
  });

export async function keyNow(deps: HttpDependencies, ref: ObjectRef): Promise<Answered> {
  return respond(await afterChange(deps, ref), (after) => ({ data: keyItem(after, deps.clock.now()) }));
}

/** The key as it is now, once that is in force here. */
export async function afterChange(deps: HttpDependencies, ref: ObjectRef): Promise<Result<KeyObject>> {
  const inMemory = await refreshVerifier(deps);
  if (!inMemory.ok) return inMemory;
  const found = await findObject(deps.store, ref);
  if (!found.ok) return found;
  const object = found.value;
  return object !== undefined && isKey(object) ? ok(object) : NOT_FOUND;
}
