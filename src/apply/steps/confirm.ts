/**
 * confirm: the sink is read back under its lock. Also a step of its own before a revocation: the touch after
 * which no stale write can land any more (assurance.md).
 */
import { fault } from '../../domain/errors.js';
import { type ObjectRef, refText } from '../../domain/objects.js';
import { fail, ok, type Result } from '../../domain/result.js';
import type { Rollout } from '../rollout.js';
import type { Doer, StepWorld } from '../step-world.js';

export const confirm: Doer<'confirm'> = async ({ object, detail }, world) => {
  const { generation, sink } = detail;
  const known = world.rollouts.get(object, generation);
  const rollout = known ? ok(known) : await rolloutFromStore(object, generation, world);
  if (!rollout.ok) return rollout;
  const { fingerprint, confirmed, revisions } = rollout.value;
  // It touches what it reads, so it is a write as well.
  const lease = await world.ensureLease();
  if (!lease.ok) return lease;
  const revision = revisions.get(sink);
  const held = await world.sinks.confirm(sink, { fingerprint, revision, withinMs: world.leaseLeftMs });
  if (held.ok) confirmed.set(sink, { sink, fingerprint, machine: world.sinks.locate(sink), ...held.value });
  return held;
};

/** Of a version that an earlier run issued. */
async function rolloutFromStore(
  object: ObjectRef,
  generation: number,
  { store, rollouts }: StepWorld,
): Promise<Result<Rollout>> {
  const fetched = await store.fetch([object]);
  if (!fetched.ok) return fetched;
  const version = fetched.value[0]?.key?.versions.find((one) => one.generation === generation);
  if (version === undefined)
    return fail(fault('moved', `${refText(object)} no longer has version ${generation}; plan again`));
  const rollout = rollouts.begin(object, generation, { fingerprint: version.fingerprint, secret: undefined });
  for (const { sink, revision } of fetched.value[0]?.deliveries ?? [])
    if (revision !== undefined) rollout.revisions.set(sink, revision);
  return ok(rollout);
}
