/** Takes the secrets of removed keys out of the sinks that they were delivered to, once they are no longer accepted. */
import type { PlanInput, Step } from './plan.js';
import { stepOf } from './steps.js';

/** By compare-and-set: what stands there by then that is something else stays. */
export const withdrawals = ({ leftovers = [] }: PlanInput): readonly Step[] =>
  leftovers.map(({ object, sink, fingerprint }) =>
    stepOf(object, { action: 'withdraw', detail: { sink, fingerprint } }, { reason: 'RemovedKeyEnded' }),
  );
