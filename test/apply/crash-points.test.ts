/** The crash points of a rotation (rotation.md): wherever a run ends, the next one continues and no consumer notices. */
import { fault } from '../../src/domain/errors.js';
import { fail } from '../../src/domain/result.js';
import type { Mutation } from '../../src/ports/live-store.js';
import { dotenv, rawFile } from '../support/apply-folder.js';
import { type ApplyTestWorld, applyWorld, billing, instead } from '../support/apply-world.js';
import { key } from '../support/plan-declarations.js';

const SINKS = [rawFile('a'), rawFile('b'), dotenv('c.env', 'KEY')];
const DECLARED = billing(...SINKS);

let world: ApplyTestWorld;
beforeEach(async () => {
  world = await applyWorld();
});
afterEach(() => world.close());

const held = () => [
  world.place.text('a'),
  world.place.text('b'),
  world.place.text('c.env').match(/KEY=(.*)/)?.[1],
];

/** A store whose answer to a mutation of this kind is lost: after its effect, or before. */
const losing = (kind: Mutation['kind'], when: 'before' | 'after') =>
  instead(world.store, {
    mutate: async (mutation, lease, caller) => {
      const isLost = mutation.kind === kind;
      if (!isLost || when === 'after') {
        const outcome = await world.store.mutate(mutation, lease, caller);
        if (!isLost) return outcome;
      }
      return fail(fault('store_unreachable', 'cut off'));
    },
  });

async function expectConverged(): Promise<void> {
  await world.converge(DECLARED);
  const [first] = held();
  expect(held()).toEqual([first, first, first]);
  expect(await world.accepts(first ?? '')).toBe(true);
  expect((await world.planFor(DECLARED)).steps).toEqual([]);
}

test('an undisturbed run delivers one accepted version everywhere, and a second one has nothing to do', async () => {
  const report = await world.carryOut(await world.planFor(DECLARED));

  expect(report.results.filter(({ status }) => status !== 'succeeded')).toEqual([]);
  expect(await world.versions()).toMatchObject([{ generation: 1, envelope: undefined }]);
  await expectConverged();
});

test('a crash before anything is done leaves nothing behind', async () => {
  await world.planFor(DECLARED);

  expect(await world.versions()).toEqual([]);
  await expectConverged();
});

test.each(['before', 'after'] as const)(
  'when the answer to issue is lost %s its effect, the next run gets the one version',
  async (when) => {
    const report = await world.carryOut(await world.planFor(DECLARED), { store: losing('issue', when) });
    expect(report.results.some(({ error }) => error?.code === 'store_unreachable')).toBe(true);

    await expectConverged();
    expect(await world.versions()).toHaveLength(1);
  },
);

test.each(['before', 'after'] as const)(
  'when the answer to promote is lost %s its effect, nothing is issued again',
  async (when) => {
    await world.carryOut(await world.planFor(DECLARED), { store: losing('promote', when) });
    const before = held();

    await expectConverged();
    expect(held()).toEqual(before);
    expect(await world.versions()).toHaveLength(1);
  },
);

test.each([0, 1, 2])(
  'when the run ends after %i of 3 sinks were written, the next one completes them',
  async (k) => {
    let written = 0;
    const sinks = instead(world.place.sinks, {
      deliver: async (sink, delivery) =>
        written++ < k ? world.place.sinks.deliver(sink, delivery) : fail(fault('sink_refused', 'gone')),
    });

    const report = await world.carryOut(await world.planFor(DECLARED), { sinks, concurrency: 1 });

    expect(report.summary.failed).toBeGreaterThan(0);
    const [only] = await world.versions();
    expect(only?.promotedAt).toBeUndefined();
    await expectConverged();
    expect(await world.versions()).toHaveLength(1);
  },
);

test('a sink that was written but not recorded is found to hold the version already', async () => {
  const sinks = instead(world.place.sinks, {
    deliver: async (sink, delivery) => {
      await world.place.sinks.deliver(sink, delivery);
      return fail(fault('sink_refused', 'the answer was lost'));
    },
  });
  await world.carryOut(await world.planFor(DECLARED), { sinks });
  const written = held();

  await expectConverged();
  expect(held()).toEqual(written);
});

test('a paused reconciler that wakes up after a take-over writes nothing, neither to the store nor to a sink', async () => {
  const planned = await world.planFor(DECLARED);
  let isAsleep = true;
  const store = instead(world.store, {
    mutate: async (mutation, lease, caller) => {
      const outcome = await world.store.mutate(mutation, lease, caller);
      if (mutation.kind === 'issue' && isAsleep) {
        isAsleep = false;
        world.clock.advance(60_000);
        await expectConverged();
      }
      return outcome;
    },
  });

  const report = await world.carryOut(planned, { store, concurrency: 1 });

  const afterIssue = report.results.filter(({ step }) => /deliver|confirm|promote/.test(step));
  expect(afterIssue.some(({ error }) => error?.code === 'lease_lost')).toBe(true);
  expect(afterIssue.every(({ status }) => status !== 'succeeded')).toBe(true);
  await expectConverged();
  expect(await world.versions()).toHaveLength(1);
});

test('when a sink is deleted, a next version is issued and the one before stays accepted', async () => {
  await world.converge(DECLARED);
  const [old] = held();
  world.place.removeFile('b');

  await world.carryOut(await world.planFor(DECLARED));

  const [now] = held();
  expect(held()).toEqual([now, now, now]);
  expect(now).not.toBe(old);
  expect(await world.accepts(old ?? '')).toBe(true);
  expect(await world.accepts(now ?? '')).toBe(true);
});

test('when a person rotates manually meanwhile, the older plan is refused and nothing is lost', async () => {
  await world.converge(DECLARED);
  world.place.removeFile('b');
  const planned = await world.planFor(DECLARED);
  world.place.removeFile('a');
  await world.carryOut(await world.planFor(DECLARED));
  const after = held();

  const report = await world.carryOut(planned);

  expect(report.summary.failed).toBe(1);
  expect(held()).toEqual(after);
});

describe('a replacement that ends', () => {
  const MOVED = DECLARED.map((one) =>
    one.kind === 'ApiKey' ? key('billing-prod', { environment: 'development', deliver: SINKS }) : one,
  );
  const OVERLAP_MS = 24 * 3_600_000;

  test.each([
    ['between delete and create', () => ({ store: losing('create', 'before') })],
    ['between create and issue', () => ({ store: losing('issue', 'before') })],
    [
      'between issue and deliver',
      () => ({
        sinks: instead(world.place.sinks, { deliver: async () => fail(fault('sink_refused', 'cut off')) }),
      }),
    ],
    ['between deliver and promote', () => ({ store: losing('promote', 'before') })],
  ] as const)(
    '%s is taken up by the next run, and the old version stays until the hand-over is proven',
    async (_, cut) => {
      await world.converge(DECLARED);
      const [old = ''] = held();

      const report = await world.carryOut(await world.planFor(MOVED), cut());
      expect(report.summary.failed).toBeGreaterThan(0);
      const next = await world.planFor(MOVED);
      expect(next.findings).toEqual([]);

      await world.converge(MOVED);
      const [now = ''] = held();
      expect(held()).toEqual([now, now, now]);
      expect(now).not.toBe(old);
      expect([await world.accepts(now), await world.accepts(old)]).toEqual([true, true]);
      world.clock.advance(30 * OVERLAP_MS);
      await world.converge(MOVED);
      expect([await world.accepts(old), await world.accepts(now)]).toEqual([true, true]);
      // Used after the stabilization window, and the old one quiet for a day.
      world.clock.advance(OVERLAP_MS);
      await world.converge(MOVED);
      expect([await world.accepts(now), await world.accepts(old)]).toEqual([true, false]);
    },
  );
});

test('a removed key that is declared again takes its places over from its own past', async () => {
  await world.converge(DECLARED);
  const [old = ''] = held();
  await world.converge(DECLARED.filter(({ kind }) => kind !== 'ApiKey'));
  expect(held()).toEqual([old, old, old]);

  expect((await world.planFor(DECLARED)).findings).toEqual([]);
  await expectConverged();
  expect(held()).not.toContain(old);
});

test('places of a key that was removed earlier are taken over by another, with a warning for each', async () => {
  await world.converge(DECLARED);
  const heirs = [...DECLARED.filter(({ kind }) => kind !== 'ApiKey'), key('heir', { deliver: SINKS })];
  await world.converge(DECLARED.filter(({ kind }) => kind !== 'ApiKey'));

  const planned = await world.planFor(heirs);
  expect(planned.findings.map(({ code }) => code)).toEqual(SINKS.map(() => 'SinkTakenOver'));
  await world.converge(heirs);

  expect(await world.accepts(held()[0] ?? '')).toBe(true);
  expect((await world.planFor(heirs)).steps).toEqual([]);
});

test('the place of a live key is not written over by another that declares it too', async () => {
  await world.converge(DECLARED);
  const before = held();
  const rival = [...DECLARED, key('rival', { deliver: [rawFile('a')] })];

  await world.carryOut(await world.planFor(rival));

  expect(held()).toEqual(before);
  expect((await world.planFor(rival)).findings).toMatchObject([
    {
      code: 'Quarantined',
      object: { name: 'rival' },
      message: expect.stringContaining('of ApiKey/billing-prod'),
    },
  ]);
});

test('when the declaration is removed mid-rotation, no version outlives the overlap', async () => {
  await world.carryOut(await world.planFor(DECLARED), { store: losing('promote', 'before') });
  const tokens = held();

  await world.carryOut(await world.planFor(DECLARED.filter(({ kind }) => kind !== 'ApiKey')));
  world.clock.advance(25 * 3_600_000);

  for (const token of tokens) expect(await world.accepts(token ?? '')).toBe(false);
});
