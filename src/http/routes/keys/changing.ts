/** What people ask of a key through the API: found, asked of the store, in force here, and shown as it is then. */
import { Type } from 'typebox';
import { actorOf, type Principal } from '../../../domain/principal.js';
import type { Result } from '../../../domain/result.js';
import type { Request } from '../../../ports/live-store.js';
import { mayTouch } from '../../access.js';
import { type Answered, json } from '../../route.js';
import { closed, dataOf } from '../../schemas.js';
import { within } from '../../verifying.js';
import type { HttpWorld } from '../../world.js';
import { findKey } from './finding.js';
import { Key, type KeyObject, keyItem } from './item.js';

export const byId = Type.Object(
  {
    id: Type.String({
      pattern: '^(?:us_key_[0-9A-Za-z]{1,32}|[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)$',
      description: 'The id of a key, or its name.',
    }),
  },
  closed,
);

export const OneKey = dataOf(Key);

export interface Change {
  readonly principal: Principal;
  readonly id: string;
  /** `rotate`: the last part of the route, for the audit log. */
  readonly verb: string;
  readonly permission: string;
  request(object: KeyObject['ref']): Request;
}

export async function changeKey(
  world: HttpWorld,
  { principal, id, verb, permission, request }: Change,
): Promise<Answered> {
  const { store, clock } = world;
  const found = await findKey(store, { principal, idOrName: id, permission });
  if (!found.ok) return found;
  const allowed = mayTouch(principal, permission, found.value);
  if (!allowed.ok) return allowed;
  const caller = { actor: actorOf(principal), path: `http:POST /keys/{id}/${verb}` };
  const done = await store.request(request(found.value.ref), caller);
  if (!done.ok) return done;
  const inMemory = await inForce(world);
  if (!inMemory.ok) return inMemory;
  const after = await findKey(store, { principal, idOrName: found.value.id, permission });
  return after.ok ? json({ data: keyItem(after.value, clock.now()) }) : after;
}

/** Longer, and the memory is not trusted any more, so that nothing old can be answered from it. */
const IN_FORCE_WITHIN_MS = 3_000;

/** What was just done decides here from now on; elsewhere within two seconds. */
export const inForce = ({ verifier, clock }: HttpWorld): Promise<Result<void>> =>
  within(clock, IN_FORCE_WITHIN_MS, verifier.refresh());
