/** Carrying out a plan: order, bounds, retries, interruption, and an honest report. */
import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { systemClock } from '../../src/adapters/system.js';
import { runInOrder } from '../../src/apply/schedule.js';
import { fault } from '../../src/domain/errors.js';
import { fail } from '../../src/domain/result.js';
import type { Step } from '../../src/plan/plan.js';
import type { StepResult } from '../../src/plan/report.js';
import { rawFile } from '../support/apply-folder.js';
import { type ApplyTestWorld, applyWorld, billing, instead } from '../support/apply-world.js';
import { key, service } from '../support/plan-declarations.js';

describe('applying', () => {
  let world: ApplyTestWorld;
  beforeEach(async () => {
    world = await applyWorld();
  });
  afterEach(() => world.close());

  const two = [...billing(rawFile('a')), key('other', { deliver: [rawFile('other')] })];
  const failing = (path: string, code: 'sink_refused' | 'sink_unavailable', times = Infinity) => {
    let left = times;
    return instead(world.place.sinks, {
      deliver: async (sink, delivery) =>
        sink.file?.path === path && left-- > 0
          ? fail(fault(code, 'trouble'))
          : world.place.sinks.deliver(sink, delivery),
    });
  };

  test('continues with everything that does not depend on what failed', async () => {
    const report = await world.carryOut(await world.planFor(two), { sinks: failing('a', 'sink_refused') });

    const of = (name: string) => report.results.filter(({ step }) => step.startsWith(`ApiKey/${name} `));
    expect(of('other').every(({ status }) => status === 'succeeded')).toBe(true);
    expect(of('billing-prod').map(({ status }) => status)).toEqual([
      'succeeded',
      'succeeded',
      'failed',
      'not-attempted',
      'not-attempted',
    ]);
    expect(report.summary).toMatchObject({ failed: 1, notAttempted: 2 });
  });

  test('tries again what may pass by itself', async () => {
    const report = await world.carryOut(await world.planFor(two), {
      sinks: failing('a', 'sink_unavailable', 2),
    });

    expect(report.summary).toMatchObject({ failed: 0, notAttempted: 0 });
  });

  test('gives up on what does not pass', async () => {
    let tried = 0;
    const sinks = instead(world.place.sinks, {
      deliver: async () => {
        tried += 1;
        return fail(fault('sink_unavailable', 'disk full'));
      },
    });
    const report = await world.carryOut(await world.planFor(billing(rawFile('a'))), { sinks });

    expect(tried).toBe(5);
    expect(report.results.filter(({ status }) => status === 'failed')).toMatchObject([
      { error: { code: 'sink_unavailable' } },
    ]);
  });

  test('listens to the signal once, however many steps wait to try again, and no longer than it runs', async () => {
    const { signal } = new AbortController();
    const places = Array.from({ length: 20 }, (_, nth) => `place-${nth}`);
    const tried = new Set<string>();
    const listeners: number[] = [];
    const sinks = instead(world.place.sinks, {
      deliver: async (sink, delivery) => {
        const path = sink.file?.path ?? '';
        if (tried.has(path)) return world.place.sinks.deliver(sink, delivery);
        tried.add(path);
        return fail(fault('sink_unavailable', 'trouble'));
      },
    });
    const planned = await world.planFor(billing(...places.map(rawFile)));
    const report = await world.carryOut(planned, {
      sinks,
      signal,
      clock: systemClock,
      onEvent: ({ kind }) => {
        if (kind === 'retrying')
          setImmediate(() => listeners.push(getEventListeners(signal, 'abort').length));
      },
    });

    expect(report.summary).toMatchObject({ failed: 0, notAttempted: 0 });
    expect(listeners).toEqual(places.map(() => 1));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('ends a pause when interrupted, and tries that step a last time', async () => {
    const controller = new AbortController();
    const tries: string[] = [];
    const sinks = instead(world.place.sinks, {
      deliver: async (sink) => {
        tries.push(sink.file?.path ?? '');
        return fail(fault('sink_unavailable', 'trouble'));
      },
    });
    const endless = {
      ...systemClock,
      sleep: (_ms: number, signal?: AbortSignal) => systemClock.sleep(3_600_000, signal),
    };
    await world.carryOut(await world.planFor(billing(rawFile('a'))), {
      sinks,
      clock: endless,
      signal: controller.signal,
      onEvent: ({ kind }) => kind === 'retrying' && setImmediate(() => controller.abort()),
    });

    expect(tries).toEqual(['a', 'a']);
  });

  test('starts nothing new when interrupted, and says so of every step left', async () => {
    const controller = new AbortController();
    const report = await world.carryOut(await world.planFor(two), {
      concurrency: 1,
      signal: controller.signal,
      onEvent: ({ kind }) => kind === 'finished' && controller.abort(),
    });

    expect(report.summary).toMatchObject({ succeeded: 1, failed: 0 });
    const [first] = report.results.filter(({ error }) => error !== undefined);
    expect(first?.error?.code).toBe('interrupted');
    expect(await world.versions()).toEqual([]);
  });

  test('stops altogether when the store is gone', async () => {
    const store = instead(world.store, { mutate: async () => fail(fault('store_unreachable', 'gone')) });
    const independent = [...billing(rawFile('a')), service('apart')];

    const report = await world.carryOut(await world.planFor(independent), { store, concurrency: 1 });

    expect(report.summary).toMatchObject({ succeeded: 0, failed: 1 });
    expect(report.results.some(({ error }) => error?.code === 'interrupted')).toBe(true);
  });

  test('never promotes a version that was not seen in every sink', async () => {
    const planned = await world.planFor(billing(rawFile('a'), rawFile('b')));
    const blind = planned.steps
      .filter(({ id }) => !id.includes('confirm') || !id.includes('file:b'))
      .map((step) => ({ ...step, dependsOn: step.dependsOn.filter((id) => !/confirm.*file:b/.test(id)) }));

    const report = await world.carryOut({ ...planned, steps: blind });

    expect(report.results.filter(({ status }) => status === 'failed')).toMatchObject([
      { error: { code: 'not_confirmed' } },
    ]);
    expect(await world.versions()).toMatchObject([{ promotedAt: undefined }]);
  });

  test('shows no secret in its report or events', async () => {
    const events: unknown[] = [];
    const report = await world.carryOut(await world.planFor(two), { onEvent: (event) => events.push(event) });

    expect(JSON.stringify([report, events])).not.toContain(world.place.text('a').slice(21));
  });
});

describe('the order', () => {
  const step = (at: number, dependsOn: readonly number[]): Step => ({
    id: `s${at}`,
    object: { kind: 'ApiKey', name: `k${at}` },
    action: 'revoke',
    detail: { generations: [1] },
    reason: 'HandedOver',
    dependsOn: dependsOn.map((one) => `s${one}`),
  });
  const graph = fc
    .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 30 })
    .map((all) =>
      all.map((before, at) => step(at, [...new Set(at === 0 ? [] : before.map((one) => one % at))])),
    );

  test('never runs a step before what it depends on, nor after a failure of it, nor too many at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        graph,
        fc.integer({ min: 1, max: 5 }),
        fc.func(fc.integer({ min: 0, max: 9 })),
        async (steps, concurrency, luck) => {
          const done = new Map<string, StepResult>();
          let running = 0;
          const results = await runInOrder({
            steps,
            concurrency,
            halted: () => undefined,
            run: async (one) => {
              running += 1;
              expect(running).toBeLessThanOrEqual(concurrency);
              expect(one.dependsOn.every((id) => done.get(id)?.status === 'succeeded')).toBe(true);
              await new Promise(setImmediate);
              running -= 1;
              const result: StepResult = {
                step: one.id,
                status: luck(one.id) === 0 ? 'failed' : 'succeeded',
              };
              done.set(one.id, result);
              return result;
            },
          });
          expect(results.map(({ step: id }) => id)).toEqual(steps.map(({ id }) => id));
          for (const [at, one] of steps.entries()) {
            const isFree = one.dependsOn.every((id) => results[Number(id.slice(1))]?.status === 'succeeded');
            expect(results[at]?.status === 'not-attempted').toBe(!isFree);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('costs the same for each step, however many there are', async () => {
    const cost = async (keys: number) => {
      const steps = Array.from({ length: keys * 5 }, (_, at) => step(at, at % 5 === 0 ? [] : [at - 1]));
      const started = process.hrtime.bigint();
      await runInOrder({
        steps,
        concurrency: 16,
        halted: () => undefined,
        run: async ({ id }) => ({ step: id, status: 'succeeded' }),
      });
      return Number(process.hrtime.bigint() - started) / steps.length;
    };
    await cost(10_000);
    expect(await cost(100_000)).toBeLessThan(6 * (await cost(10_000)));
  });

  test('waits for what is under way when a step has a bug, then throws it', async () => {
    let isOver = false;
    const run = async ({ id }: Step): Promise<StepResult> => {
      if (id === 's0') throw new Error('bug');
      await new Promise((resolve) => setTimeout(resolve, 20));
      isOver = true;
      return { step: id, status: 'succeeded' };
    };
    const steps = [step(0, []), step(1, []), step(2, [])];

    await expect(runInOrder({ steps, concurrency: 2, run, halted: () => undefined })).rejects.toThrow('bug');
    expect(isOver).toBe(true);
  });
});
