/** The controller's loop: what calls for a pass, how it rests, who leads, and how it stops. */

import { isReady } from '../../src/controller/status.js';
import { fault } from '../../src/domain/errors.js';
import { fail } from '../../src/domain/result.js';
import { instead, unwrap } from '../support/apply-world.js';
import {
  controllerWorld,
  INTERVAL_MS,
  outcome,
  PLANNED_AT,
  refusal,
  worked,
} from '../support/controller-world.js';
import { settle } from '../support/virtual-clock.js';

let world: Awaited<ReturnType<typeof controllerWorld>>;
beforeEach(async () => {
  world = await controllerWorld();
});
afterEach(() => world.close());

const gaps = (times: readonly number[]): readonly number[] =>
  times.slice(1).map((time, at) => time - (times[at] ?? 0));

describe('what calls for a pass', () => {
  test('the start, and every interval, more or less by chance', async () => {
    const one = await world.start();
    await world.clock.advance(10 * INTERVAL_MS);
    const between = gaps(one.passes);
    expect(between.length).toBeGreaterThanOrEqual(9);
    expect(Math.min(...between)).toBeGreaterThanOrEqual(0.9 * INTERVAL_MS);
    expect(Math.max(...between)).toBeLessThanOrEqual(1.1 * INTERVAL_MS);
    expect(new Set(between).size).toBeGreaterThan(1);
  });

  test('a change of the documents, at once', async () => {
    const one = await world.start();
    await world.clock.advance(5_000);
    one.editDocuments();
    await settle();
    expect(one.passes).toEqual([0, 5_000]);
  });

  test('an effect of any caller in the store, at once', async () => {
    const one = await world.start();
    await world.clock.advance(5_000);
    const key = { kind: 'ApiKey', name: 'development-sk' } as const;
    unwrap(await world.store.request({ kind: 'deactivate', object: key }, { actor: 'ada', path: 'cli' }));
    await settle();
    expect(one.passes).toEqual([0, 5_000]);
  });

  test('what the last pass said falls due, and not what lies behind the interval', async () => {
    const one = await world.start();
    one.pass = () => outcome({ wakeAt: PLANNED_AT + 7_000 });
    one.editDocuments();
    await world.clock.advance(7_200);
    expect(gaps(one.passes).at(-1)).toBe(7_000);

    one.pass = () => outcome({ wakeAt: PLANNED_AT + 1e15 });
    await world.clock.advance(7_000);
    const before = one.passes.length;
    await world.clock.advance(1.1 * INTERVAL_MS);
    expect(one.passes.length).toBe(before + 1);
  });

  test('any number of calls during a pass are one more pass', async () => {
    const one = await world.start();
    let calls = 0;
    one.pass = () => {
      if (++calls === 1) for (let n = 0; n < 100; n++) one.editDocuments();
      return outcome();
    };
    one.editDocuments();
    await world.clock.advance(10_000);
    expect(calls).toBe(2);
  });

  test('what was done, so that a pass with work is followed by one that finds the rest', async () => {
    const one = await world.start();
    let left = 3;
    one.pass = () => (left-- > 0 ? worked() : outcome());
    one.editDocuments();
    await world.clock.advance(2_000);
    expect(one.passes).toHaveLength(5);
  });

  test('a clock that jumps by years neither', async () => {
    const one = await world.start();
    for (const years of [1, -3]) {
      world.clock.jump(years * 365 * 86_400_000);
      await world.clock.advance(1_000);
    }
    expect(one.passes).toHaveLength(1);
    await world.clock.advance(1.1 * INTERVAL_MS);
    expect(one.passes).toHaveLength(2);
  });
});

describe('failures', () => {
  test('are met with growing patience up to five minutes, and forgotten after a success', async () => {
    const one = await world.start();
    one.pass = () => worked(1);
    one.editDocuments();
    await world.clock.advance(3_600_000);
    const between = gaps(one.passes.slice(1));
    between.forEach((gap, at) => {
      const whole = Math.min(300_000, 1_000 * 2 ** at);
      expect([gap >= whole / 2, gap <= whole, whole]).toEqual([true, true, whole]);
    });
    expect(one.status.succeededAt).toBeDefined();

    one.pass = () => outcome();
    await world.clock.advance(300_000);
    one.pass = () => refusal('sink_unavailable');
    one.editDocuments();
    await settle();
    const since = one.passes.length;
    await world.clock.advance(1_100);
    expect(one.passes.length).toBe(since + 1);
  });

  test('are not tried again sooner because of our own effects, but because of changed documents', async () => {
    const one = await world.start();
    const key = { kind: 'ApiKey', name: 'development-sk' } as const;
    let isActive = true;
    one.pass = async () => {
      isActive = !isActive;
      const kind = isActive ? 'activate' : 'deactivate';
      unwrap(await world.store.request({ kind, object: key }, { actor: 'one', path: 'apply' }));
      return worked(1);
    };
    one.editDocuments();
    await world.clock.advance(60_000);
    const passes = one.passes.length;
    expect(passes).toBeLessThan(12);
    one.editDocuments();
    await settle();
    expect(one.passes.length).toBe(passes + 1);
  });

  test('are none while another process applies, who is soon done, or asks a person', async () => {
    const one = await world.start();
    await world.clock.advance(1_000);
    one.pass = () => refusal('locked');
    one.editDocuments();
    await world.clock.advance(4_900);
    expect(one.passes.length).toBe(1 + 10);
    await world.clock.advance(60_000);
    expect(one.passes.length).toBeLessThan(1 + 10 + 15);
    expect(isReady(one.status)).toBe(true);
    one.pass = () => outcome();
    await world.clock.advance(5_000);
    expect(one.status.failing).toBeUndefined();
  });

  test('of the documents are looked at again when those change, or with the next interval', async () => {
    const one = await world.start();
    await world.clock.advance(1_000);
    one.pass = () => refusal('invalid_documents');
    one.editDocuments();
    await world.clock.advance(0.8 * INTERVAL_MS);
    expect(one.passes).toHaveLength(2);
    one.editDocuments();
    await settle();
    expect(one.passes).toHaveLength(3);
    await world.clock.advance(1.1 * INTERVAL_MS);
    expect(one.passes).toHaveLength(4);
  });

  test('that are bugs are reported, and do not end the controller', async () => {
    const one = await world.start();
    await world.clock.advance(5_000);
    one.pass = () => {
      throw new TypeError('x is not a function');
    };
    one.editDocuments();
    await settle();
    expect(one.status.failing).toMatchObject({ times: 1, failure: { fault: { code: 'internal' } } });
    one.pass = () => outcome();
    await world.clock.advance(2_000);
    expect(one.status.failing).toBeUndefined();
  });

  test('of a world that never comes to rest are kept from becoming a storm', async () => {
    const one = await world.start();
    one.pass = () => worked();
    one.editDocuments();
    await world.clock.advance(600_000);
    expect(one.passes.length).toBeLessThan(30);
  });

  test('before there is a connection are tried again if they can pass by themselves, and reported otherwise', async () => {
    let tries = 0;
    const away = await world.start({
      actor: 'away',
      connect: async () => {
        tries++;
        return fail({ fault: fault('store_unreachable', 'away'), problems: [] });
      },
    });
    await world.clock.advance(60_000);
    expect(tries).toBeGreaterThan(4);
    expect(tries).toBeLessThan(12);
    away.stop();
    expect(await away.ended).toMatchObject({ ok: true });

    const wrong = await world.start({
      connect: async () => fail({ fault: fault('master_key', 'missing'), problems: [] }),
    });
    expect(await wrong.ended).toMatchObject({ ok: false, error: { fault: { code: 'master_key' } } });
  });
});

describe('several controllers', () => {
  test('have one leader, and another soon after it stopped', async () => {
    const [one, two] = [await world.start({ actor: 'one' }), await world.start({ actor: 'two' })];
    await world.clock.advance(600_000);
    expect([one.status.role, two.status.role]).toEqual(['leading', 'standing-by']);
    expect([one.passes.length > 5, two.passes]).toEqual([true, []]);
    expect(two.status.why).toContain('one');

    one.stop();
    await world.clock.advance(1_000);
    expect([two.status.role, two.passes.length]).toEqual(['leading', 1]);
    expect(await one.ended).toMatchObject({ ok: true });
  });

  test('take over within the lease from one that is stuck, which steps back when it comes to itself', async () => {
    const stuck: (() => void)[] = [];
    let isStuck = false;
    const wait = (): Promise<void> =>
      isStuck ? new Promise((resolve) => stuck.push(resolve)) : Promise.resolve();
    const slow = instead(world.store, {
      renewLease: async (lease) => {
        await wait();
        return world.store.renewLease(lease);
      },
    });
    const one = await world.start({ actor: 'one', store: slow });
    const two = await world.start({ actor: 'two' });
    await world.clock.advance(10_000);
    isStuck = true;
    await world.clock.advance(5_000);
    expect([two.status.role, two.passes.length]).toEqual(['leading', 1]);

    isStuck = false;
    for (const go of stuck) go();
    await world.clock.advance(1_000);
    expect(one.status.role).toBe('standing-by');
    const before = one.passes.length;
    await world.clock.advance(10 * INTERVAL_MS);
    expect([one.passes.length, two.status.role]).toEqual([before, 'leading']);
  });
});

test('a pass that is under way when it is stopped is finished first', async () => {
  const one = await world.start();
  await world.clock.advance(5_000);
  let finish: () => void = () => undefined;
  one.pass = () => new Promise((resolve) => (finish = () => resolve(worked())));
  one.editDocuments();
  await settle();
  one.stop();
  await world.clock.advance(60_000);
  let hasEnded = false;
  void one.ended.then(() => (hasEnded = true));
  await settle();
  expect(hasEnded).toBe(false);
  finish();
  expect(await one.ended).toMatchObject({ ok: true });
  expect(one.events.map(({ kind }) => kind).slice(-2)).toEqual(['stopping', 'passed']);
});
