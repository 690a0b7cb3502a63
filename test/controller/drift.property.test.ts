/**
 * What `keywright drift` claims, held against the rows of a real store and the bytes in real files: no difference is
 * said exactly when every declared object is live as declared, delivered where declared, and nothing else of ours is live.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import fc from 'fast-check';
import { causesOf } from '../../src/controller/causes.js';
import { type PassWorld, pass } from '../../src/controller/pass.js';
import { preview } from '../../src/controller/preview.js';
import { lapsesAt } from '../../src/domain/guests.js';
import { type SinkId, sinkIdOf } from '../../src/domain/kinds/index.js';
import {
  isAccepted,
  isAlive,
  latestEnd,
  rotationDueAt,
  rotationPolicy,
  waitsForClaim,
} from '../../src/domain/lifecycle.js';
import type { LiveObject, VersionFacts } from '../../src/domain/live.js';
import { type Declaration, declarationDigest, refOf, refText } from '../../src/domain/objects.js';
import { ok } from '../../src/domain/result.js';
import { durationMs, type Instant, NEVER } from '../../src/domain/time.js';
import { openInMemory } from '../../src/main/embedded-store.js';
import { type Difference, drift } from '../../src/plan/drift.js';
import type { LiveStore } from '../../src/ports/live-store.js';
import { newToken, type Workplace, workplace } from '../support/apply-folder.js';
import { unwrap } from '../support/apply-world.js';
import { documents } from '../support/chance-documents.js';
import { documentsOf } from '../support/pass-world.js';
import { service } from '../support/plan-declarations.js';
import { testWorld } from '../support/store-world.js';

const OURS = { project: 'acme', manager: 'documents' };
const HAND = { actor: 'ada', path: 'http' };
const EXTRA = Array.from({ length: 9 }, (_, nth) => service(`extra-${nth}`));

type Event =
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

const declared: fc.Arbitrary<readonly Declaration[]> = fc.oneof(
  { weight: 6, arbitrary: documents.map(plainlyNamed) },
  { weight: 2, arbitrary: documents.map((some) => [...plainlyNamed(some), ...EXTRA]) },
  { weight: 1, arbitrary: fc.constant([]) },
);

const event: fc.Arbitrary<Event> = fc.oneof(
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

const histories = fc
  .tuple(declared, fc.array(event, { minLength: 2, maxLength: 9 }))
  .map(([first, events]): readonly Event[] => [
    { kind: 'declare', declared: first },
    { kind: 'apply' },
    ...events,
  ]);

async function newWorld() {
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

  return {
    now: clock.now,
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
    drift: async (): Promise<readonly Difference[]> => {
      const seen = unwrap(
        await preview({
          ...{ desired: desired.desired, store, sinks: place.sinks, ownership: OURS },
          ...{ recipient: identity.recipient, allowRemovals: undefined },
        }),
      );
      return drift(seen.plan, unwrap(await causesOf(seen.plan, seen.input, store))).differences;
    },
    close: async (): Promise<void> => {
      await store.close();
      place.remove();
    },
  };
}

const sinksIn = (declaration: Declaration): readonly SinkId[] =>
  declaration.kind === 'ApiKey' ? (declaration.spec.deliver ?? []).map(sinkIdOf) : [];

type World = Awaited<ReturnType<typeof newWorld>>;

/** Everything that is not as declared, read from rows and files alone. */
async function untruths(world: World): Promise<readonly string[]> {
  const live = new Map((await world.objects()).map((one) => [refText(one.ref), one]));
  const wanted = new Set(world.declared().map((one) => refText(refOf(one))));
  const found: string[] = [];
  for (const [name, { ownership }] of live)
    if (ownership?.project === 'acme' && !wanted.has(name)) found.push(`${name} is live`);
  for (const declaration of world.declared()) {
    const name = refText(refOf(declaration));
    const why = await untruth(declaration, live.get(name), world);
    if (why !== undefined) found.push(`${name} ${why}`);
  }
  return found;
}

async function untruth(
  declaration: Declaration,
  live: LiveObject | undefined,
  world: World,
): Promise<string | undefined> {
  if (live === undefined) return 'is not live';
  if (live.digest !== declarationDigest(declaration)) return 'is declared otherwise';
  if (live.ownership?.project !== 'acme' && live.origin !== 'system') return 'is not of this project';
  const now = world.now();
  if (declaration.kind === 'Guest')
    return lapsesAt({ spec: declaration.spec, grantedAt: live.grantedAt }) <= now ? 'is over' : undefined;
  if (declaration.kind !== 'ApiKey' || live.key === undefined) return undefined;
  const { key } = live;
  const newest = key.versions.at(-1);
  if (key.deactivatedAt !== undefined || (key.owner ?? 'active') !== 'active') return 'works for nobody';
  if (newest?.promotedAt === undefined || newest.revokedAt !== undefined) return 'has no current version';
  if (!isAccepted(newest, now)) return 'has expired';
  const receipts = await world.receipts(sinksIn(declaration));
  if (receipts.some((one) => one.kind !== 'holds' || one.fingerprint !== newest.fingerprint))
    return 'is not delivered everywhere';
  if ((key.rotationRequestedAt ?? 0) > newest.issuedAt) return 'is to be rotated';
  if (rotationDueAt(live.ref.name, declaration.spec, newest) <= now) return 'is due';
  if ((newest.expiresAt ?? NEVER) !== latestEnd(declaration.spec, newest))
    return 'lives otherwise than declared';
  return isGhost(declaration, key.versions, now) ? 'has an older version that is over' : undefined;
}

/** An older version is called for until its hand-over is through; nobody uses or acknowledges anything here. */
function isGhost(
  { spec }: Extract<Declaration, { kind: 'ApiKey' }>,
  versions: readonly VersionFacts[],
  now: Instant,
): boolean {
  const newest = versions.at(-1);
  const older = versions.slice(0, -1).filter(({ revokedAt }) => revokedAt === undefined);
  if (newest?.promotedAt === undefined || older.length === 0) return false;
  if (older.some((one) => !isAlive(one, now))) return true;
  if (waitsForClaim(newest)) return false;
  const { handover, overlapMs, deadlineMs } = rotationPolicy(spec);
  const isSettled = newest.promotedAt + Math.max(overlapMs, SETTLE_MS) <= now;
  const isPastDeadline = deadlineMs !== undefined && newest.promotedAt + deadlineMs <= now;
  return isSettled && (handover === 'timed' || isPastDeadline);
}

/** More than any settle of the embedded store, and no wait of these histories lies between. */
const SETTLE_MS = 60_000;

test(
  'drift says that there is none exactly when rows and files are as declared',
  async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (events) => {
        const world = await newWorld();
        try {
          for (const one of events) {
            await world.happen(one);
            const said = (await world.drift()).map(
              ({ object, reason }) => `${object ? refText(object) : '*'} ${reason}`,
            );
            const truth = await untruths(world);
            expect({ said: said.length > 0, truth, because: said }).toEqual({
              said: truth.length > 0,
              truth,
              because: said,
            });
          }
        } finally {
          await world.close();
        }
      }),
      { numRuns: Number(process.env['RUNS'] ?? 60) },
    );
  },
  10 * 60_000,
);

test(
  'what only people and time did has drifted; what only the documents did is not applied yet',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        declared,
        fc.oneof(
          declared.map((more): readonly Event[] => [{ kind: 'declare', declared: more }]),
          fc.array(
            event.filter(({ kind }) => kind !== 'declare' && kind !== 'apply' && kind !== 'newStore'),
            {
              minLength: 1,
              maxLength: 3,
            },
          ),
        ),
        async (first, after) => {
          const world = await newWorld();
          try {
            await world.happen({ kind: 'declare', declared: first });
            await world.happen({ kind: 'apply' });
            if ((await world.drift()).length > 0) return;
            for (const one of after) await world.happen(one);
            const status = after.some(({ kind }) => kind === 'declare') ? 'not-applied' : 'drifted';
            for (const one of await world.drift()) expect(one).toMatchObject({ ...one, status });
          } finally {
            await world.close();
          }
        },
      ),
      { numRuns: Number(process.env['RUNS'] ?? 40) },
    );
  },
  10 * 60_000,
);
