/**
 * `keywright rotate KEY`: asks for a rotation and carries out as much of it as can be done now. The old
 * version stays accepted until the hand-over is proven; that takes later applies, or `run`. One that leaked
 * ends first.
 */

import type { LeaseKeeper } from '../../apply/lease.js';
import { DOCUMENTS_MANAGER, type Ownership } from '../../domain/live.js';
import { type ObjectRef, refText } from '../../domain/objects.js';
import { ok, type Result } from '../../domain/result.js';
import { desiredAsLive } from '../../observe/desired-as-live.js';
import type { Plan } from '../../plan/plan.js';
import type { LiveStore } from '../../ports/live-store.js';
import type { Sinks } from '../../ports/sink.js';
import { preview } from '../../reconcile/preview.js';
import type { Command, Input } from '../command.js';
import type { StorePlace } from '../dependencies.js';
import { type Failure, failed } from '../failure.js';
import type { Agreement } from '../plan-approval.js';
import { AUTO_APPROVE, agreedCaller, BREAK_GLASS, confirm } from '../prompt-approval.js';
import { findKey, KEY_ARGUMENT, type LiveKey } from '../resolve-ref.js';
import { execute, withLease } from '../run-plan.js';
import { openSinks, storePlace } from '../session.js';
import type { CommandContext } from '../terminal.js';
import { printPlan } from './plan.js';
import { impact } from './revoke.js';

export const rotate: Command = {
  name: 'rotate',
  arguments: KEY_ARGUMENT,
  description:
    'Issue the next version of a key, deliver it to its sinks and promote it. The old version stays accepted ' +
    'until the hand-over is proven, which later applies check. Inform the users of the key first.',
  options: [
    {
      flags: '--leaked',
      description:
        'break-glass: refuse all older versions first, even if consumers fail until they have the new version',
    },
    AUTO_APPROVE,
    BREAK_GLASS,
  ],
  examples: [
    'keywright rotate billing-prod',
    'keywright rotate ApiKey/billing-prod --auto-approve',
    'keywright rotate billing-prod --leaked',
  ],
  run: async (context, input) => {
    const place = await storePlace(context);
    if (!place.ok) return place;
    const sinks = await openSinks(context);
    if (!sinks.ok) return sinks;
    const store = await context.world.openStore(place.value, 'refuse');
    if (!store.ok) return failed(store.error);
    sinks.value.connections.alsoLive(store.value);
    const where = { context, place: place.value, sinks: sinks.value.sinks };
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
  const { context, input } = rotation;
  const ownership = live.ownership ?? { project: 'none', manager: DOCUMENTS_MANAGER };
  const begun = await (input.has('leaked') ? endLeaked(rotation, live) : askFor(rotation, live));
  if (!begun.ok) return begun;
  const planned = await planRotation(rotation, { ref: live.ref, ownership });
  if (!planned.ok) return planned;
  if (context.flags.output !== 'json') printPlan({ plan: planned.value, forecast: undefined }, context);
  const agreed = { ...begun.value, breakGlass: input.text('breakGlass') };
  return execute({ ...rotation, ownership, agreed, plan: planned.value, unmet: [] });
}

type Begun = Pick<Agreement, 'isApproved'>;

async function askFor({ context, input, store }: Rotation, live: LiveKey): Promise<Result<Begun, Failure>> {
  const agreed = await confirm(context, input, announcement(live));
  if (!agreed.ok) return agreed;
  const asked = await store.request(
    { kind: 'requestRotation', object: live.ref },
    agreedCaller(context, input, agreed.value),
  );
  return asked.ok ? agreed : failed(asked.error);
}

/** A key without an accepted version is issued anew: no rotation need be asked for. */
async function endLeaked(
  { context, input, store }: Rotation,
  live: LiveKey,
): Promise<Result<Begun, Failure>> {
  const facts = await store.facts();
  if (!facts.ok) return failed(facts.error);
  const announced = `${impact(live, 0, facts.value.now)}\n${nextText(live)}`;
  const agreed = await confirm(context, input, announced);
  if (!agreed.ok) return agreed;
  const caller = {
    ...agreedCaller(context, input, agreed.value),
    path: `${context.caller.path} --leaked`,
  };
  const revoked = await store.request({ kind: 'revoke', object: live.ref, overlapMs: 0 }, caller);
  return revoked.ok ? agreed : failed(revoked.error);
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

const announcement = (live: LiveKey): string =>
  `${nextText(live)} Older versions stay accepted until the hand-over is proven.`;

function nextText({ ref, key, deliveries }: LiveKey): string {
  const next = (key.versions.at(-1)?.generation ?? 0) + 1;
  const sinks = deliveries.map(({ sink }) => sink);
  const where = sinks.length === 0 ? 'to be claimed' : `delivered to ${sinks.join(', ')}`;
  return `This issues version ${next} of ${refText(ref)}, ${where}.`;
}
