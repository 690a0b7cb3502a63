/**
 * A whole small world for apply: the real embedded store in memory, real files, a clock set manually. Faults
 * are put between the reconciler and its ports, never into the store or the sinks themselves.
 */
import { type ApplyWorld, apply } from '../../src/apply/apply.js';
import { holdLease } from '../../src/apply/lease.js';
import type { Dependencies } from '../../src/credential-store/credential-store.js';
import { digestOf } from '../../src/domain/canonical.js';
import type { ObjectRef } from '../../src/domain/objects.js';
import { compareRefs, type Declaration } from '../../src/domain/objects.js';
import type { Result } from '../../src/domain/result.js';
import { Secret } from '../../src/domain/secret.js';
import { openInMemory } from '../../src/main/store-site.js';
import { gather } from '../../src/observe/gather.js';
import type { Plan } from '../../src/plan/plan.js';
import { plan } from '../../src/plan/plan-changes.js';
import type { Report } from '../../src/plan/report.js';
import type { LiveStore } from '../../src/ports/live-store.js';
import type { Identity } from '../../src/ports/sealing.js';
import type { Sinks } from '../../src/ports/sink.js';
import { type Workplace, workplace } from './apply-folder.js';
import { entry, environment, key, project, service } from './plan-declarations.js';
import { testWorld } from './store-world.js';

export const OURS = { project: 'acme', manager: 'documents' };
export const BILLING: ObjectRef = { kind: 'ApiKey', name: 'billing-prod' };
const CALLER = { actor: 'tester', path: 'apply' };

/** `billing-prod` with the given sinks, and all that it needs. */
export const billing = (...deliver: readonly object[]): readonly Declaration[] => [
  environment('production', { isProd: true }),
  service('billing'),
  key('billing-prod', { deliver: [...deliver] }),
];

export interface Adapters {
  readonly redeliver?: boolean;
  readonly store?: LiveStore;
  readonly sinks?: Sinks;
}

/** `open`: another store than the embedded one in memory. */
export async function applyWorld(open: (world: Dependencies) => Promise<Result<LiveStore>> = openInMemory) {
  const { clock, entropy, sealing } = testWorld();
  const store = unwrap(await open({ clock, entropy, sealing }));
  const place: Workplace = workplace();
  const identity: Identity = await sealing.newIdentity();

  async function observe(declared: readonly Declaration[], { sinks, redeliver = false }: Adapters = {}) {
    const entries = declared.map(entry).sort((a, b) => compareRefs(a.ref, b.ref));
    const desired = { project: project(), entries, digest: digestOf(entries.map(({ digest }) => digest)) };
    const { recipient } = identity;
    const on = { desired, store, sinks: sinks ?? place.sinks, ownership: OURS, recipient, redeliver };
    return unwrap(await gather({ ...on, allowRemovals: undefined }));
  }

  const planFor = async (declared: readonly Declaration[], adapters?: Adapters): Promise<Plan> =>
    plan((await observe(declared, adapters)).input);

  async function carryOut(planned: Plan, more: Partial<ApplyWorld> = {}): Promise<Report> {
    const lease = unwrap(await holdLease(more.store ?? store, more.clock ?? clock, 'tester'));
    const world = { store, sinks: place.sinks, sealing, identity, clock, caller: CALLER, ownership: OURS };
    try {
      return await apply(planned, { ...world, lease, ...more });
    } finally {
      await lease.release();
    }
  }

  return {
    clock,
    store,
    sealing,
    identity,
    place,
    observe,
    planFor,
    carryOut,
    /** Plans and applies until nothing is left to do; throws when that takes more than a few passes. */
    converge: async (declared: readonly Declaration[]): Promise<void> => {
      for (let pass = 0; pass < 4; pass++) {
        const planned = await planFor(declared);
        if (planned.steps.length === 0) return;
        await carryOut(planned);
      }
      throw new Error('does not converge');
    },
    versions: async () => unwrap(await store.fetch([BILLING]))[0]?.key?.versions ?? [],
    accepts: async (token: string): Promise<boolean> =>
      unwrap(await store.verify(new Secret(token), {})).valid,
    close: async (): Promise<void> => {
      await store.close();
      place.remove();
    },
  };
}

export type ApplyTestWorld = Awaited<ReturnType<typeof applyWorld>>;

/** `target` with some of its methods replaced. */
export const instead = <T extends object>(target: T, methods: Partial<T>): T => ({ ...target, ...methods });

export function unwrap<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
}
