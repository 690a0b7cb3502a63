/**
 * `keywright rotate KEY`: asks for a rotation and carries out as much of it as can be done now. The old
 * version stays accepted until the hand-over is proven; that takes later applies, or `run`.
 */

import type { LeaseKeeper } from '../../apply/lease.js';
import { preview } from '../../controller/preview.js';
import { DOCUMENTS_MANAGER, type Ownership } from '../../domain/live.js';
import { type ObjectRef, refText } from '../../domain/objects.js';
import { ok, type Result } from '../../domain/result.js';
import { desiredAsLive } from '../../observe/desired-as-live.js';
import type { Plan } from '../../plan/plan.js';
import type { LiveStore } from '../../ports/live-store.js';
import type { Sinks } from '../../ports/sink.js';
import type { Command, Input } from '../command.js';
import { AUTO_APPROVE, confirm } from '../confirming.js';
import { execute, withLease } from '../executing.js';
import { type Failure, failed } from '../failure.js';
import { findKey, KEY_ARGUMENT, type LiveKey } from '../named.js';
import { openSinks, storePlace } from '../session.js';
import type { CommandContext } from '../terminal.js';
import type { StorePlace } from '../world.js';
import { printPlan } from './plan.js';

export const rotate: Command = {
  name: 'rotate',
  arguments: KEY_ARGUMENT,
  description:
    'Issue the next version of a key, deliver it to its sinks and promote it. The old version stays accepted ' +
    'until the hand-over is proven; later applies see to that. Tell whoever uses the key first.',
  options: [AUTO_APPROVE],
  examples: ['keywright rotate billing-prod', 'keywright rotate ApiKey/billing-prod --auto-approve'],
  run: async (context, input) => {
    const place = await storePlace(context);
    if (!place.ok) return place;
    const sinks = await openSinks(context);
    if (!sinks.ok) return sinks;
    const store = await context.world.openStore(place.value, 'refuse');
    if (!store.ok) return failed(store.error);
    const where = { context, place: place.value, sinks: sinks.value };
    return withLease(store.value, where, async (opened, lease) => {
      const found = await findKey(opened, input);
      return found.ok ? rotateKey({ ...where, input, store: opened, lease }, found.value) : found;
    });
  },
};

interface Rotation {
  readonly context: CommandContext;
  readonly input: Input;
  readonly place: StorePlace;
  readonly sinks: Sinks;
  readonly store: LiveStore;
  readonly lease: LeaseKeeper;
}

async function rotateKey(rotation: Rotation, live: LiveKey) {
  const { context, input, store } = rotation;
  const ownership = live.ownership ?? { project: 'none', manager: DOCUMENTS_MANAGER };
  const agreed = await confirm(context, input, announcement(live));
  if (!agreed.ok) return agreed;
  const asked = await store.request({ kind: 'requestRotation', object: live.ref }, context.caller);
  if (!asked.ok) return failed(asked.error);
  const planned = await planRotation(rotation, { ref: live.ref, ownership });
  if (!planned.ok) return planned;
  if (context.flags.output !== 'json') printPlan({ plan: planned.value, forecast: undefined }, context);
  return execute({ ...rotation, ownership, plan: planned.value });
}

/** The planner's view of this key alone, with its live declaration taken as the desired one. */
async function planRotation(
  rotation: Rotation,
  { ref, ownership }: { readonly ref: ObjectRef; readonly ownership: Ownership },
): Promise<Result<Plan, Failure>> {
  const { context, place, sinks, store } = rotation;
  const desired = await desiredAsLive(store, ref);
  if (!desired.ok) return failed(desired.error);
  const seen = await preview({
    desired: desired.value,
    store,
    sinks,
    ownership,
    recipient: await context.world.recipient(place),
    allowRemovals: undefined,
    only: ref,
  });
  return seen.ok ? ok(seen.value.plan) : failed(seen.error);
}

function announcement({ ref, key, deliveries }: LiveKey): string {
  const next = (key.versions.at(-1)?.generation ?? 0) + 1;
  const sinks = deliveries.map(({ sink }) => sink);
  const where = sinks.length === 0 ? 'to be claimed' : `delivered to ${sinks.join(', ')}`;
  return `This issues generation ${next} of ${refText(ref)}, ${where}. Older versions stay accepted until the hand-over is proven.`;
}
