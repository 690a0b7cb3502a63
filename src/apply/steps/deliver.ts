/** deliver: the secret goes into one sink, by compare-and-set. */
import { fault } from '../../domain/errors.js';
import { sinkIdOf } from '../../domain/kinds/index.js';
import { refText } from '../../domain/objects.js';
import { fail } from '../../domain/result.js';
import { KEY_FIELD } from '../../domain/sinks/bundle.js';
import type { Doer } from '../step-world.js';

export const deliver: Doer<'deliver'> = async ({ id, object, detail }, world) => {
  const { ensureLease, leaseLeftMs, rollouts, sinks } = world;
  const { generation, sink, expected } = detail;
  const rollout = rollouts.get(object, generation);
  if (rollout?.secret === undefined)
    return fail(fault('internal', `the plan has no issue step before ${id}`));
  const lease = await ensureLease();
  if (!lease.ok) return lease;
  const bundle = { [KEY_FIELD]: rollout.secret };
  const done = await sinks.deliver(sink, {
    ...{ bundle, object: refText(object), generation, expected },
    withinMs: leaseLeftMs,
  });
  if (done.ok && done.value.revision !== undefined)
    rollout.revisions.set(sinkIdOf(sink), done.value.revision);
  return done;
};
