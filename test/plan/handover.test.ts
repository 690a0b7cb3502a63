/** The edges of evidence: what counts from which instant on (rotation.md, step 5). */
import { HOUR_MS, SECOND_MS } from '../../src/domain/time.js';
import { plan } from '../../src/plan/plan-changes.js';
import { dotenv, key, service } from '../support/plan-declarations.js';
import { keyRef } from '../support/plan-story.js';
import { PlanWorld, SETTLE_MS } from '../support/plan-world.js';

/** Generation 2 was promoted just now; overlap and quiet time are an hour each. */
function rotated(): PlanWorld {
  const world = new PlanWorld();
  const rotation = { overlap: '1h', quiet: '1h' };
  world.documents = [service('billing'), key('a', { rotation, deliver: [dotenv('KEY')] })];
  world.apply(world.plan());
  world.now += 24 * HOUR_MS;
  world.changeKey(keyRef('a'), () => ({ rotationRequestedAt: world.now }));
  world.apply(world.plan());
  return world;
}

const use = (world: PlanWorld, generation: number): void =>
  world.changeVersions(keyRef('a'), (one) =>
    one.generation === generation ? { lastUsedAt: world.now } : {},
  );

const waits = (world: PlanWorld) => world.plan().waiting.map(({ reason, until }) => ({ reason, until }));

describe('a hand-over', () => {
  it('does not count a use of the successor before the stabilization window ends', () => {
    const world = rotated();
    world.now += SETTLE_MS - 1;
    use(world, 2);
    world.now += 2 * HOUR_MS;
    expect(waits(world)).toEqual([{ reason: 'SuccessorUnused', until: undefined }]);
  });

  it('does not count silence before the stabilization window ends', () => {
    const world = rotated();
    const settledAt = world.now + SETTLE_MS;
    world.now = settledAt;
    use(world, 2);
    world.now += HOUR_MS - SECOND_MS;
    expect(waits(world)).toEqual([{ reason: 'PredecessorInUse', until: settledAt + HOUR_MS }]);
    world.now += SECOND_MS;
    expect(world.plan().steps.at(-1)?.id).toBe('ApiKey/a revoke 1');
  });

  it('does not take lost telemetry for silence', () => {
    const world = rotated();
    world.now += SETTLE_MS;
    use(world, 2);
    world.now += 2 * HOUR_MS;
    const input = world.input();
    const behind = { ...input, usage: { from: input.usage.from, until: world.now - 1 } };
    expect(plan(behind).waiting.map(({ reason }) => reason)).toEqual(['UsageUnknown']);
    expect(plan(input).waiting).toEqual([]);
  });

  it('touches every sink before it revokes', () => {
    const world = rotated();
    world.now += SETTLE_MS;
    use(world, 2);
    world.now += 2 * HOUR_MS;
    const [touch, revoke] = world.plan().steps;
    expect(touch?.id).toBe('ApiKey/a confirm 2 dotenv:secrets/app.env#KEY');
    expect(revoke).toMatchObject({
      action: 'revoke',
      reason: 'HandedOver',
      dependsOn: [touch?.id],
      detail: { generations: [1] },
    });
  });
});
