/** A controller: passes of the reconciler, one after another, on one of the machines of the run. */
import { apply } from '../../src/apply/apply.js';
import { holdLease } from '../../src/apply/lease.js';
import { RECONCILER_PATH } from '../../src/controller/causes.js';
import { preview } from '../../src/controller/preview.js';
import type { DesiredState } from '../../src/domain/desired.js';
import type { Plan } from '../../src/plan/plan.js';
import type { Report } from '../../src/plan/report.js';
import type { Clock } from '../../src/ports/clock.js';
import type { LiveStore } from '../../src/ports/live-store.js';
import type { Identity, Sealing } from '../../src/ports/sealing.js';
import type { Sinks } from '../../src/ports/sink.js';

/** What one life of a controller has: its own ways to the ports, and its clock. */
export interface Reconciler {
  readonly name: string;
  readonly store: LiveStore;
  readonly sinks: Sinks;
  readonly sealing: Sealing;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly desired: () => DesiredState;
}

export interface Passed {
  readonly plan: Plan;
  readonly report: Report;
}

export const OWNERSHIP = { project: 'acme', manager: 'documents' };

/** One pass; undefined when it could not take the lease or not look. */
export async function pass(reconciler: Reconciler): Promise<Passed | undefined> {
  const { name, store, sinks, sealing, identity, clock } = reconciler;
  const lease = await holdLease(store, clock, name);
  if (!lease.ok) return undefined;
  try {
    const previewed = await preview({
      desired: reconciler.desired(),
      store,
      sinks,
      ownership: OWNERSHIP,
      recipient: identity.recipient,
      allowRemovals: undefined,
    });
    if (!previewed.ok) return undefined;
    const { plan } = previewed.value;
    const report = await apply(plan, {
      store,
      sinks,
      sealing,
      identity,
      lease: lease.value,
      clock,
      caller: { actor: name, path: RECONCILER_PATH },
      ownership: OWNERSHIP,
    });
    return { plan, report };
  } finally {
    await lease.value.release();
  }
}
