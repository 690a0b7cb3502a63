/** deliver: the secret goes into one sink, by compare-and-set. */
import { fault } from '../../domain/errors.js';
import { refText } from '../../domain/objects.js';
import { fail } from '../../domain/result.js';
import type { Doer } from '../step-world.js';

export const deliver: Doer<'deliver'> = async ({ id, object, detail }, { ensureLease, rollouts, sinks }) => {
  const { generation, sink, expected } = detail;
  const secret = rollouts.get(object, generation)?.secret;
  if (secret === undefined) return fail(fault('internal', `the plan has no issue step before ${id}`));
  const lease = await ensureLease();
  if (!lease.ok) return lease;
  return sinks.deliver(sink, { secret, object: refText(object), generation, expected });
};
