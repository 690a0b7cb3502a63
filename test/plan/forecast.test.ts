/** What a forecast says, and that it says all that planning later would find. */
import fc from 'fast-check';
import { refText } from '../../src/domain/objects.js';
import { DAY_MS, formatInstant } from '../../src/domain/time.js';
import { type Forecast, forecast } from '../../src/plan/forecast.js';
import type { Plan } from '../../src/plan/plan.js';
import { plan } from '../../src/plan/plan-changes.js';
import { dotenv, guest, key, service, space } from '../support/plan-declarations.js';
import { keyRef } from '../support/plan-story.js';
import { PlanWorld } from '../support/plan-world.js';
import { type Event, happen, history } from '../support/random-plans.js';

/** The same world later, with nothing done meanwhile. */
function later(world: PlanWorld, days: number) {
  const future = world.copy();
  future.now += days * DAY_MS;
  return future.input();
}

const linesOf = (found: readonly Forecast[]): readonly string[] =>
  found.map(
    ({ at, object, what, reason }) =>
      `${formatInstant(at).slice(0, 10)} ${refText(object)} ${what} ${reason}`,
  );

describe('a forecast', () => {
  it('tells in order of time what rotates, and expires', () => {
    const world = new PlanWorld();
    world.documents = [
      service('billing'),
      key('renewed', { rotation: { every: '30d' }, expiresAfter: '60d' }),
      key('lapsing', { rotation: undefined, expiresAfter: '20d' }),
      key('ending', { rotation: undefined, expiresAt: '2027-02-01T00:00:00Z' }),
      key('lasting', { rotation: undefined }),
    ];
    world.apply(world.plan());
    expect(linesOf(forecast(later(world, 90), world.now))).toEqual([
      '2027-01-21 ApiKey/lapsing lapses Expired',
      expect.stringMatching(/^2027-01-\d\d ApiKey\/renewed rotates RotationDue$/),
      '2027-02-01 ApiKey/ending lapses Expired',
      '2027-03-02 ApiKey/renewed expires NoCurrentVersion',
    ]);
  });

  it('tells when a guest expires, who is out for good from then on', () => {
    const world = new PlanWorld();
    world.documents = [
      space('onboarding'),
      guest('auditor', { expiresAfter: '14d', grants: [{ space: 'onboarding' }] }),
      guest('waiting', { expiresAfter: '14d' }),
    ];
    world.apply(world.plan());
    expect(linesOf(forecast(later(world, 30), world.now))).toEqual([
      '2027-01-15 Guest/production/auditor lapses GuestExpired',
    ]);
    expect(forecast(later(world, 10), world.now)).toEqual([]);
  });

  it('tells nothing of what is due already or lies behind the instant', () => {
    const world = new PlanWorld();
    world.documents = [service('billing'), key('a', { rotation: { every: '30d' } })];
    world.apply(world.plan());
    expect(forecast(later(world, 10), world.now)).toEqual([]);
    world.now += 40 * DAY_MS;
    expect(forecast(later(world, 10), world.now)).toEqual([]);
  });

  it('tells when an end that was set ahead comes, and when waiting is over', () => {
    const world = new PlanWorld();
    world.documents = [
      service('billing'),
      key('a', { rotation: { overlap: '48h' }, deliver: [dotenv('A')] }),
    ];
    world.apply(world.plan());
    world.changeKey(keyRef('a'), () => ({ rotationRequestedAt: world.now + 1 }));
    world.now += 1;
    world.apply(world.plan());
    world.now += 60_000;
    expect(linesOf(forecast(later(world, 5), world.now))).toContain(
      '2027-01-03 ApiKey/a continues OverlapRunning',
    );
    world.changeVersions(keyRef('a'), () => ({ revokedAt: world.now + DAY_MS }));
    expect(linesOf(forecast(later(world, 5), world.now))).toContain(
      '2027-01-02 ApiKey/a ends NoCurrentVersion',
    );
  });

  it('reports no rotation of a stopped key', () => {
    const world = new PlanWorld();
    world.documents = [service('billing'), key('a', { rotation: { every: '30d' } })];
    world.apply(world.plan());
    world.changeKey(keyRef('a'), () => ({ deactivatedAt: world.now }));
    expect(forecast(later(world, 60), world.now)).toEqual([]);
  });

  it('holds everything that a plan made then finds due by time alone', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 400 }), (events: readonly Event[], days) => {
        const world = new PlanWorld();
        for (const event of events) happen(world, event);
        const input = later(world, days);
        const forecasts = forecast(input, world.now);
        const lines = forecasts.map(({ object, what }) => `${refText(object)} ${what}`);
        // What was held back by a pause comes with its end.
        const paused = forecasts
          .filter(({ reason }) => reason === 'Suspended')
          .map(({ object }) => refText(object));
        const now = plan({ ...input, now: world.now, usage: { ...input.usage, until: world.now } });
        for (const { object, event } of due(plan(input))) {
          const isDueNow = due(now).some((one) => one.object === object && one.event === event);
          if (!isDueNow && !paused.includes(object)) expect(lines).toContain(`${object} ${event}`);
        }
      }),
      { numRuns: Number(process.env['RUNS'] ?? 300) },
    );
  });
});

/** What comes by time: objects with the event that a forecast has for it. */
function due({ steps, waiting }: Plan) {
  const events = { RotationDue: 'rotates', PredecessorExpired: 'expires', DeadlinePassed: 'ends' } as const;
  const stepped = steps.flatMap(({ reason, object }) =>
    reason in events
      ? [{ object: refText(object), event: events[reason as keyof typeof events] as string }]
      : [],
  );
  const lapsed = waiting
    .filter(({ reason }) => reason === 'Expired')
    .map(({ object }) => ({ object: refText(object), event: 'lapses' }));
  return [...stepped, ...lapsed];
}
