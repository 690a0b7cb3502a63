/**
 * Random histories over all kinds, of documents, a real store and real files: what is declared and applied, what people
 * do past the documents, what becomes of sinks, and time.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import fc from 'fast-check';
import { type PassWorld, pass } from '../../src/controller/pass.js';
import { type SinkId, sinkIdOf } from '../../src/domain/kinds/index.js';
import type { LiveObject } from '../../src/domain/live.js';
import type { Declaration } from '../../src/domain/objects.js';
import { ok } from '../../src/domain/result.js';
import type { Secret } from '../../src/domain/secret.js';
import { durationMs } from '../../src/domain/time.js';
import { openInMemory } from '../../src/main/store-site.js';
import { type Difference, drift } from '../../src/plan/drift.js';
import type { Plan } from '../../src/plan/plan.js';
import type { LiveStore } from '../../src/ports/live-store.js';
import { causesOf } from '../../src/reconcile/drift-attribution.js';
import { preview } from '../../src/reconcile/preview.js';
import { newToken, type Workplace, workplace } from './apply-folder.js';
import { unwrap } from './apply-world.js';
import { documentsOf } from './pass-world.js';
import { service } from './plan-declarations.js';
import { documents } from './random-documents.js';
import { testWorld } from './store-world.js';

const OURS = { project: 'acme', manager: 'documents' };
const HAND = { actor: 'ada', path: 'http' };
const EXTRA = Array.from({ length: 9 }, (_, nth) => service(`extra-${nth}`));

export type Event =
  | { readonly kind: 'declare'; readonly declared: readonly Declaration[] }
  | { readonly kind: 'apply' }
  | { readonly kind: 'wait'; readonly duration: string }
  /** Of what is live, the nth. */
  | { readonly kind: 'byHand'; readonly what: (typeof BY_HAND)[number]; readonly nth: number }
  | {
      readonly kind: 'sink';
      readonly to: 'missing' | 'foreign' | 'strange' | 'unreadable';
      readonly nth: number;
    }
  | { readonly kind: 'newStore' };

const BY_HAND = ['change', 'remove', 'revoke', 'deactivate', 'activate', 'rotate'] as const;

/** One spelling of each person, so that the same is declared in the same words. */
function plainlyNamed(declared: readonly Declaration[]): readonly Declaration[] {
  const names = new Map(
    declared.flatMap((one) =>
      one.kind === 'User' ? [[one.spec.email.toLowerCase(), one.metadata.name] as const] : [],
    ),
  );
  const named = (user: string): string => names.get(user.toLowerCase()) ?? user;
  return declared.map((one): Declaration => {
    if (one.kind === 'Team')
      return {
        ...one,
        spec: {
          ...one.spec,
          members: (one.spec.members ?? []).map((member) => ({ ...member, user: named(member.user) })),
        },
      };
    if (one.kind !== 'ApiKey' || one.spec.owner.user === undefined) return one;
    return { ...one, spec: { ...one.spec, owner: { ...one.spec.owner, user: named(one.spec.owner.user) } } };
  });
}

export const declared: fc.Arbitrary<readonly Declaration[]> = fc.oneof(
  { weight: 6, arbitrary: documents.map(plainlyNamed) },
  { weight: 2, arbitrary: documents.map((some) => [...plainlyNamed(some), ...EXTRA]) },
  { weight: 1, arbitrary: fc.constant([]) },
);

export const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('declare' as const), declared }) },
  { weight: 5, arbitrary: fc.constant({ kind: 'apply' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      duration: fc.constantFrom('3s', '11m', '2h', '2d', '31d', '100d'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('byHand' as const),
      what: fc.constantFrom(...BY_HAND),
      nth: fc.nat(50),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('sink' as const),
      to: fc.constantFrom('missing' as const, 'foreign' as const, 'strange' as const, 'unreadable' as const),
      nth: fc.nat(20),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'newStore' as const }) },
);

export const histories = fc
  .tuple(declared, fc.array(event, { minLength: 2, maxLength: 9 }))
  .map(([first, events]): readonly Event[] => [
    { kind: 'declare', declared: first },
    { kind: 'apply' },
    ...events,
  ]);

export async function newWorld() {
  const { clock, entropy, sealing } = testWorld();
  const place: Workplace = workplace();
  const identity = await sealing.newIdentity();
  let store: LiveStore = unwrap(await openInMemory({ clock, entropy, sealing }));
  let desired = documentsOf([]);
  let declaredNow: readonly Declaration[] = [];

  const objects = async (): Promise<readonly LiveObject[]> =>
    unwrap(await store.fetch(unwrap(await store.survey()).map(({ ref }) => ref)));

  async function byHand(what: (typeof BY_HAND)[number], nth: number): Promise<void> {
    const all = (await objects()).filter(
      ({ ref }) => what === 'change' || what === 'remove' || ref.kind === 'ApiKey',
    );
    const object = all[nth % Math.max(1, all.length)];
    if (object === undefined) return;
    const { ref, declaration, revision } = object;
    if (what === 'change') {
      if (declaration.kind !== 'Service') return;
      const changed = {
        ...declaration,
        spec: { ...declaration.spec, description: `Changed at ${clock.now()}` },
      };
      await store.request({ kind: 'update', declaration: changed, revision }, HAND);
    } else if (what === 'remove') await store.request({ kind: 'remove', object: ref }, HAND);
    else if (what === 'revoke') await store.request({ kind: 'revoke', object: ref, overlapMs: 0 }, HAND);
    else if (what === 'rotate') await store.request({ kind: 'requestRotation', object: ref }, HAND);
    else await store.request({ kind: what, object: ref }, HAND);
    clock.advance(1);
  }

  function spoil(to: Extract<Event, { kind: 'sink' }>['to'], nth: number): void {
    const files = [
      ...new Set(declaredNow.flatMap(sinksIn).map((id) => id.slice(id.indexOf(':') + 1, id.indexOf('#')))),
    ];
    const file = files[nth % Math.max(1, files.length)];
    if (file === undefined) return;
    const path = place.path(file);
    mkdirSync(dirname(path), { recursive: true });
    rmSync(path, { recursive: true, force: true });
    if (to === 'unreadable') mkdirSync(path);
    else if (to !== 'missing') place.write(file, to === 'foreign' ? 'something else' : newToken().reveal());
  }

  const world = (): PassWorld => ({
    ...{ store, sinks: place.sinks, sealing, identity, clock, actor: 'controller', drift: 'heal' as const },
    documents: async () => ok(desired),
  });

  const look = async () =>
    unwrap(
      await preview({
        ...{ desired: desired.desired, store, sinks: place.sinks, ownership: OURS },
        ...{ recipient: identity.recipient, allowRemovals: undefined },
      }),
    );

  return {
    now: clock.now,
    set: clock.set,
    plan: async (): Promise<Plan> => (await look()).plan,
    /** The secret that a file holds there; undefined where it is absent. */
    secretAt: (sink: SinkId): Promise<Secret | undefined> => place.sinks.take(sink),
    code: async (secret: Secret): Promise<string> => unwrap(await store.verify(secret, {})).code,
    objects,
    receipts: async (ids: readonly SinkId[]) => place.sinks.read(ids),
    declared: () => declaredNow,
    happen: async (one: Event): Promise<void> => {
      if (one.kind === 'declare') {
        declaredNow = one.declared;
        desired = documentsOf(declaredNow, { maxRemovals: '25%', maxRemovalsMin: 5 });
      } else if (one.kind === 'wait') clock.advance(durationMs(one.duration));
      else if (one.kind === 'byHand') await byHand(one.what, one.nth);
      else if (one.kind === 'sink') spoil(one.to, one.nth);
      else if (one.kind === 'apply') {
        for (let passes = 0; passes < 8; passes++) {
          const passed = await pass(world());
          if (!passed.ok || passed.value.report === undefined) break;
        }
      } else {
        await store.close();
        store = unwrap(await openInMemory({ clock, entropy, sealing }));
      }
    },
    /** One pass. */
    applyOnce: async (): Promise<void> => void (await pass(world())),
    drift: async (): Promise<readonly Difference[]> => {
      const seen = await look();
      return drift(seen.plan, unwrap(await causesOf(seen.plan, seen.input, store))).differences;
    },
    close: async (): Promise<void> => {
      await store.close();
      place.remove();
    },
  };
}

export const sinksIn = (declaration: Declaration): readonly SinkId[] =>
  declaration.kind === 'ApiKey' ? (declaration.spec.deliver ?? []).map(sinkIdOf) : [];

export type World = Awaited<ReturnType<typeof newWorld>>;
