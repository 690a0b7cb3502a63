/** What people ask of a key through the API: found, asked of the store, in force here, and shown as it is then. */
import { Type } from 'typebox';
import type { ObjectRef } from '../../../domain/objects.js';
import { actorOf, type Principal } from '../../../domain/principal.js';
import { ok, type Result } from '../../../domain/result.js';
import type { Request } from '../../../ports/live-store.js';
import { mayTouch } from '../../access.js';
import { type Answered, json } from '../../route.js';
import { closed, dataOf } from '../../schemas.js';
import { inForce } from '../../verifying.js';
import type { HttpWorld } from '../../world.js';
import { ABSENT, findKey } from './finding.js';
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

export const OneKey = dataOf(Key);

export interface Change {
  readonly principal: Principal;
  readonly id: string;
  /** `activate`: the last part of the route, for the audit log. */
  readonly verb: string;
  readonly permission: string;
  /** Refuses what the key, as it is, should not be asked. */
  refuse?(key: KeyObject): Result<void>;
  request(object: KeyObject): Request;
}

export async function changeKey(
  world: HttpWorld,
  { principal, id, verb, permission, request, refuse }: Change,
): Promise<Answered> {
  const found = await findKey(world.store, { principal, idOrName: id, permission });
  if (!found.ok) return found;
  const allowed = mayTouch(principal, permission, found.value);
  if (!allowed.ok) return allowed;
  const refused = refuse?.(found.value);
  if (refused?.ok === false) return refused;
  const caller = { actor: actorOf(principal), path: `http:POST /keys/{id}/${verb}` };
  const done = await world.store.request(request(found.value), caller);
  return done.ok ? keyNow(world, found.value.ref) : done;
}

export async function keyNow(world: HttpWorld, ref: ObjectRef): Promise<Answered> {
  const after = await afterChange(world, ref);
  return after.ok ? json({ data: keyItem(after.value, world.clock.now()) }) : after;
}

/** The key as it is now, once that is in force here. */
export async function afterChange(world: HttpWorld, ref: ObjectRef): Promise<Result<KeyObject>> {
  const inMemory = await inForce(world);
  if (!inMemory.ok) return inMemory;
  const found = await world.store.fetch([ref]);
  if (!found.ok) return found;
  const [object] = found.value;
  return object !== undefined && isKey(object) ? ok(object) : ABSENT;
}
