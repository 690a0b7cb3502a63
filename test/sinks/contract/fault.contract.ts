/** What is made of a service that fails: the right fault, nothing half done, nothing shown. */
import { systemClock } from '../../../src/adapters/system.js';
import type { Clock } from '../../../src/ports/clock.js';
import type { ContractWorld } from './contract-world.js';
import type { ServerFault } from './sink-under-test.js';

/** How each failure is told to the planner. */
const TOLD: Readonly<Record<ServerFault, object>> = {
  unauthenticated: { code: 'sink_forbidden' },
  forbidden: { code: 'sink_forbidden' },
  'rate-limited': { code: 'sink_unavailable', retryAfterMs: 7_000 },
  'server-error': { code: 'sink_unavailable' },
  refused: { code: 'sink_refused' },
  cut: { code: 'sink_unavailable' },
  slow: { code: 'sink_unavailable' },
  'lost-answer': { code: 'sink_unavailable' },
};

/** So that a deadline is met within a test, and no answer of a busy machine is. */
const HURRIED: Clock = { ...systemClock, sleep: (ms, signal) => systemClock.sleep(ms / 10, signal) };

export function faultContract(world: ContractWorld, faults: readonly ServerFault[]): void {
  const open = () => world.under.open({ clock: HURRIED });
  const failNext = (what: ServerFault, request: 'read' | 'write'): void => {
    if (world.under.fail === undefined) throw new Error('the line says that it fails on demand');
    world.under.fail(what, request);
  };

  test.each(faults.filter((what) => what !== 'lost-answer'))('write: %s changes nothing', async (what) => {
    const sink = world.under.fresh();
    const first = await world.delivered(sink);
    const next = world.token();
    failNext(what, 'write');
    const done = await world.deliver(open(), sink, next, { expected: world.over(first) });
    expect(done).toMatchObject({ ok: false, error: TOLD[what] });
    expect(await world.under.look(sink)).toBe(first.token.reveal());

    expect(await world.deliver(open(), sink, next, { expected: world.over(first) })).toMatchObject({
      ok: true,
    });
    expect(await world.under.look(sink)).toBe(next.reveal());
  });

  if (world.line.ability.read !== 'nothing')
    test.each(faults.filter((what) => what !== 'lost-answer' && what !== 'refused'))(
      'read: %s is unknown, never missing, and nothing is written',
      async (what) => {
        const sink = world.under.fresh();
        const first = await world.delivered(sink);
        failNext(what, 'read');
        expect(await world.read(sink, open())).toMatchObject({ kind: 'unknown', why: expect.any(String) });
        failNext(what, 'read');
        const done = await world.deliver(open(), sink, world.token(), { expected: world.over(first) });
        expect(done).toMatchObject({ ok: false, error: TOLD[what] });
        failNext(what, 'read');
        expect(await world.confirm(sink, first, open())).toMatchObject({ ok: false, error: TOLD[what] });
        expect(await world.under.look(sink)).toBe(first.token.reveal());
      },
    );

  if (faults.includes('lost-answer'))
    test('write: after a lost answer the outcome is unknown, and reading tells', async () => {
      const sink = world.under.fresh();
      const first = await world.delivered(sink);
      const next = world.token();
      failNext('lost-answer', 'write');
      const done = await world.deliver(open(), sink, next, { expected: world.over(first) });
      expect(done).toMatchObject({ ok: false, error: TOLD['lost-answer'] });
      expect(await world.under.look(sink)).toBe(next.reveal());
      if (world.line.ability.read !== 'value') return;
      expect(await world.confirm(sink, { token: next }, open())).toMatchObject({ ok: true });
      expect(await world.deliver(open(), sink, next, { expected: world.over(first) })).toMatchObject({
        ok: true,
      });
    });

  if (faults.includes('slow') && world.line.ability.read !== 'nothing')
    test('write: what is left of the lease is the deadline', async () => {
      const sink = world.under.fresh();
      const first = await world.delivered(sink);
      failNext('slow', 'write');
      const before = performance.now();
      const done = await world.deliver(world.under.open(), sink, world.token(), {
        ...{ expected: world.over(first), withinMs: 700 },
      });
      expect(done).toMatchObject({ ok: false, error: TOLD.slow });
      expect(performance.now() - before).toBeLessThan(5_000);
    });
}
