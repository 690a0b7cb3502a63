/** Taking the secrets of removed keys out of the sinks that they were delivered to, once nobody accepts them any more. */
import type { SinkId } from '../domain/kinds/index.js';
import type { Fingerprint } from '../domain/live.js';
import type { ObjectRef } from '../domain/objects.js';
import type { PlanInput, Step } from './plan.js';
import { stepOf } from './steps.js';

/** A token that is of no use, in a sink that no key has. */
export interface Leftover {
  /** The key that it was issued for; a live one may have its name again. */
  readonly object: ObjectRef;
  readonly sink: SinkId;
  readonly fingerprint: Fingerprint;
}

/** By compare-and-set: what stands there by then that is something else stays. */
export const withdrawals = ({ leftovers = [] }: PlanInput): readonly Step[] =>
  leftovers.map(({ object, sink, fingerprint }) =>
    stepOf(object, { action: 'withdraw', detail: { sink, fingerprint } }, { reason: 'RemovedKeyEnded' }),
  );
