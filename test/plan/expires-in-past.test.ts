/** A key that would be made without a version is not made; one that had some comes to its end as declared. */
import { formatInstant, HOUR_MS } from '../../src/domain/time.js';
import { key, service } from '../support/plan-declarations.js';
import { PlanWorld, START } from '../support/plan-world.js';

const past = { expiresAt: formatInstant(START - HOUR_MS) };

test('a new key whose end has passed is refused, with its place and what to do; the rest is planned', () => {
  const world = new PlanWorld();
  world.documents = [service('billing'), key('a', past), key('b')];
  const { steps, findings } = world.plan();
  expect(steps.some(({ object }) => object.name === 'a')).toBe(false);
  expect(steps.some(({ object }) => object.name === 'b')).toBe(true);
  expect(findings).toEqual([
    expect.objectContaining({
      ...{ code: 'ExpiresInPast', severity: 'refuse' },
      message: expect.stringMatching(
        /^ApiKey\/a \(.+:\d+\) has expiresAt .+, which is in the past\. Use a later date or remove the document\.$/,
      ),
    }),
  ]);
});

test('a live key whose end has passed is no error of its document', () => {
  const world = new PlanWorld();
  world.documents = [service('billing'), key('a', { expiresAt: formatInstant(START + HOUR_MS) })];
  world.apply(world.plan());
  world.now += 2 * HOUR_MS;
  expect(world.plan().findings.map(({ code }) => code)).not.toContain('ExpiresInPast');
});
