/** A controller may sleep until a plan says that something falls due: nothing does before. */
import fc from 'fast-check';
import { stateOf } from '../../src/domain/lifecycle.js';
import { refOf, refText } from '../../src/domain/objects.js';
import { DAY_MS, NEVER } from '../../src/domain/time.js';
import { wakeAt } from '../../src/plan/next-wakeup.js';
import { PlanWorld } from '../support/plan-world.js';
import { type Event, happen, history } from '../support/random-plans.js';

const FAR_MS = 400 * DAY_MS;

/** When the world wants to be looked at again, as a controller calculates it. */
function dueAt(world: PlanWorld): number {
  const input = world.input();
  const looked = new Set(input.subjects.map(({ ref }) => refText(ref)));
  const declared = new Set(world.documents.map((one) => refText(refOf(one))));
  const quiet = world.survey().filter(({ ref }) => declared.has(refText(ref)) && !looked.has(refText(ref)));
  const quietUntil = quiet.reduce((first, one) => Math.min(first, one.quietUntil), NEVER);
  return wakeAt(world.plan(), input, quietUntil);
}

test('before the instant that a plan names, time alone makes nothing due', () => {
  fc.assert(
    fc.property(history, fc.double({ min: 0, max: 1, noNaN: true }), (events: readonly Event[], part) => {
      const world = new PlanWorld();
      for (const event of events) happen(world, event);
      for (let passes = 0; passes < 4; passes++) world.apply(world.plan());
      fc.pre(world.plan().steps.length === 0);
      const span = Math.min(dueAt(world) - world.now, FAR_MS);
      expect(span).toBeGreaterThan(0);
      const later = world.copy();
      later.now += Math.max(0, Math.ceil(part * span) - 1);
      expect(later.plan().steps).toEqual([]);
    }),
    { numRuns: Number(process.env['RUNS'] ?? 100) },
  );
});

/** What a look at the world finds: what to do, what is waited for until when, and what each version is. */
function found(world: PlanWorld): object {
  const { steps, waiting, findings } = world.plan();
  return {
    findings: findings.map(({ code, object, message }) => [code, object, message]),
    steps: steps.map(({ id }) => id),
    waiting: waiting.map(({ object, reason, until }) => [refText(object), reason, until]),
    versions: [...world.objects.values()].flatMap(({ ref, key }) =>
      (key?.versions ?? []).map((one) => [refText(ref), one.generation, stateOf(one, world.now)]),
    ),
  };
}

test('and at that instant there is something to do, or something else is waited for', () => {
  fc.assert(
    fc.property(history, (events: readonly Event[]) => {
      const world = new PlanWorld();
      for (const event of events) happen(world, event);
      for (let passes = 0; passes < 4; passes++) world.apply(world.plan());
      fc.pre(world.plan().steps.length === 0);
      // Each look brings the world further: a date that stays where it was would be looked at for ever.
      for (let looks = 0; looks < 40; looks++) {
        const due = dueAt(world);
        if (due - world.now > FAR_MS) return;
        expect(due).toBeGreaterThan(world.now);
        world.now = due - 1;
        const before = found(world);
        // What a guard keeps from being done keeps its dates.
        const isRefused = world.plan().findings.some(({ severity }) => severity === 'refuse');
        world.now = due;
        if (!isRefused) expect(found(world)).not.toEqual(before);
        world.apply(world.plan());
      }
    }),
    { numRuns: Number(process.env['RUNS'] ?? 30) },
  );
});
