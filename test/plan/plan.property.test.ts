/** What holds for every plan, whatever happened to the world before. */
import fc from 'fast-check';
import { sinkIdOf } from '../../src/domain/kinds/index.js';
import { declaredEnd, isAlive, stateOf } from '../../src/domain/lifecycle.js';
import { refOf, refText } from '../../src/domain/objects.js';
import type { Plan } from '../../src/plan/plan.js';
import { PlanWorld } from '../support/plan-world.js';
import { type Event, happen, history } from '../support/random-plans.js';

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
        if (step.action !== 'revoke' || step.reason === 'DeclaredEndPassed') continue;
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

  it('writes over a token only if it is of the same key, of a removed one, or of one that lets go', () => {
    always((world, { steps }) => {
      for (const step of steps) {
        if (step.action !== 'deliver') continue;
        const sink = sinkIdOf(step.detail.sink);
        const place = world.receipt(sink);
        if (place.kind !== 'holds' || place.tokenId === undefined) continue;
        expect(place.tokenId).not.toBe('AAAAAAAAAAAA');
        const owner = [...world.objects.values()].find(({ key }) =>
          key?.versions.some(({ id }) => id === place.tokenId),
        );
        if (owner === undefined || refText(owner.ref) === refText(step.object)) continue;
        const isKept = world.documents.some(
          (one) =>
            refText(refOf(one)) === refText(owner.ref) &&
            one.kind === 'ApiKey' &&
            one.spec.deliver?.some((declared) => sinkIdOf(declared) === sink),
        );
        expect(isKept).toBe(false);
      }
    });
  });

  it('leaves no version accepted past the end that is declared, unless a key is stopped or paused', () => {
    always((world) => {
      const future = world.copy();
      for (let passes = 0; passes < 3; passes++) future.apply(future.plan());
      const { findings, waiting } = future.plan();
      const held = new Set(
        [
          ...findings.filter(({ code }) => code !== 'KeyExpired'),
          ...waiting.filter(({ reason }) => reason !== 'Expired'),
        ].map(({ object }) => (object ? refText(object) : '')),
      );
      for (const { ref, declaration, key } of future.objects.values()) {
        if (declaration.kind !== 'ApiKey' || declaredEnd(declaration.spec) > future.now) continue;
        if (held.has(refText(ref)) || !future.documents.some((one) => refText(refOf(one)) === refText(ref)))
          continue;
        expect(key?.versions.filter((one) => isAlive(one, future.now))).toEqual([]);
      }
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
