/** What holds for every plan, whatever happened to the world before. */
import fc from 'fast-check';
import { stateOf } from '../../src/domain/lifecycle.js';
import { refText } from '../../src/domain/objects.js';
import type { Plan } from '../../src/plan/plan.js';
import { type Event, happen, history } from '../support/plan-chance.js';
import { PlanWorld } from '../support/plan-world.js';

/** Runs `check` on the plan after every event of random histories. */
function always(check: (world: PlanWorld, made: Plan) => void): void {
  fc.assert(
    fc.property(history, (events: readonly Event[]) => {
      const world = new PlanWorld();
      for (const event of events) {
        happen(world, event);
        check(world, world.plan());
      }
    }),
    { numRuns: Number(process.env['RUNS'] ?? 100) },
  );
}

const work = ({ steps, findings, waiting }: Plan) => ({ steps, findings, waiting });

describe('every plan', () => {
  it('is the same byte for byte when made again', () => {
    always((world, made) => {
      expect(JSON.stringify(world.plan())).toBe(JSON.stringify(made));
    });
  });

  it('is the same whether all objects are looked at or only those that need it', () => {
    always((world, made) => {
      const whole = world.plan('all');
      expect(work(whole)).toEqual(work(made));
      expect(whole.summary).toEqual(made.summary);
      expect(whole.digest).toBe(made.digest);
    });
  });

  it('has steps with different ids that depend on earlier ones only', () => {
    always((_, { steps }) => {
      const seen = new Set<string>();
      for (const { id, dependsOn } of steps) {
        expect(seen.has(id)).toBe(false);
        for (const needed of dependsOn) expect(seen).toContain(needed);
        seen.add(id);
      }
    });
  });

  it('never revokes a version that a declared sink still shows, nor the newest', () => {
    always((world, { steps }) => {
      for (const step of steps) {
        if (step.action !== 'revoke') continue;
        const live = world.live(step.object);
        const shown = new Set(
          live.deliveries
            .map(({ sink }) => world.receipt(sink))
            .flatMap((one) => (one.kind === 'holds' ? [one.fingerprint] : [])),
        );
        const accepted = live.key?.versions.filter((one) => stateOf(one, world.now) !== 'expired') ?? [];
        const revoked = accepted.filter((one) => step.detail.generations.includes(one.generation));
        for (const version of revoked) expect(shown).not.toContain(version.fingerprint);
        expect(step.detail.generations).not.toContain(live.key?.versions.length);
      }
    });
  });

  it('can be done as it stands, and leaves nothing but waiting within three plans', () => {
    always((world) => {
      const future = world.copy();
      for (let passes = 0; passes < 3; passes++) future.apply(future.plan());
      expect(future.plan().steps).toEqual([]);
    });
  });

  it('does nothing to objects of other projects', () => {
    always((world, { steps }) => {
      for (const step of steps) {
        const owner = world.objects.get(refText(step.object))?.ownership;
        expect(owner?.project ?? 'acme').toBe('acme');
      }
    });
  });
});
