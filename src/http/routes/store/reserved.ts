/** Asks before an apply whether it touches what only owners change: by what objects are, and by what they are to be. */

import {
  ALLOWED,
  authorizeApply,
  reachesOwners,
  refuseReserved,
  reservedFor,
} from '../../../domain/apply-rights.js';
import { kindOf } from '../../../domain/kinds/index.js';
import type { LiveObject } from '../../../domain/live.js';
import { type Declaration, type ObjectRef, refOf, refText } from '../../../domain/objects.js';
import type { Principal } from '../../../domain/principal.js';
import { ok, type Result } from '../../../domain/result.js';
import { isOwnerRole } from '../../../domain/roles.js';
import type { LiveStore, Mutation, Request } from '../../../ports/live-store.js';

type Reading = Pick<LiveStore, 'fetch' | 'resolve'>;
export type Effect = Mutation | Extract<Request, { kind: 'create' | 'update' | 'remove' | 'removePerson' }>;

/** `forbidden` for what is not for them; what was checked already. Fails as the store does. */
export async function reservations(
  store: Reading,
  principal: Principal,
  effects: readonly Effect[],
): Promise<Result<ReadonlyMap<Effect, Result<void>>>> {
  const may = authorizeApply(principal);
  if (!may.ok || reachesOwners(principal)) return ok(new Map(effects.map((effect) => [effect, may])));
  const live = await store.fetch(effects.flatMap(touched).filter(isOfInterest));
  if (!live.ok) return live;
  const byName = new Map(live.value.map((object) => [refText(object.ref), object]));
  const answers = new Map<Effect, Result<void>>();
  for (const effect of effects) {
    const reserved = await isReserved(store, declarationsOf(effect, byName));
    if (!reserved.ok) return reserved;
    answers.set(effect, reserved.value === undefined ? ALLOWED : refuseReserved(reserved.value));
  }
  return ok(answers);
}

/** Objects as they are now that an effect changes. */
function touched(effect: Effect): readonly ObjectRef[] {
  if (!('declaration' in effect)) return [effect.object];
  const former = 'former' in effect ? effect.former : undefined;
  return [refOf(effect.declaration), ...(former ? [former] : [])];
}

const isOfInterest = ({ kind }: ObjectRef): boolean => kindOf(kind).access.reserved !== undefined;

function declarationsOf(effect: Effect, live: ReadonlyMap<string, LiveObject>): readonly Declaration[] {
  const now = touched(effect).flatMap((ref) => live.get(refText(ref))?.declaration ?? []);
  return 'declaration' in effect ? [effect.declaration, ...now] : now;
}

/** The name of the first that is for owners; undefined when none is. */
async function isReserved(
  store: Reading,
  declarations: readonly Declaration[],
): Promise<Result<string | undefined>> {
  for (const declaration of declarations) {
    const reserved = reservedFor(declaration);
    const name = refText(refOf(declaration));
    if (reserved === 'owners') return ok(name);
    if (reserved === 'administrators') continue;
    const owner = await isOwnerNamed(store, reserved.person);
    if (!owner.ok) return owner;
    if (owner.value) return ok(name);
  }
  return ok(undefined);
}

/** Is the person of that name or address an owner of the account? */
async function isOwnerNamed(store: Reading, name: string): Promise<Result<boolean>> {
  const resolved = await store.resolve([{ kind: 'User', name }]);
  if (!resolved.ok) return resolved;
  const [person] = resolved.value;
  if (person === undefined) return ok(false);
  const found = await store.fetch([person]);
  if (!found.ok) return found;
  const declaration = found.value[0]?.declaration;
  return ok(declaration?.kind === 'User' && (declaration.spec.roles ?? []).some(isOwnerRole));
}
