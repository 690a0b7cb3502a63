/** When a message that could not be handed over is due again: later and later, within bounds, and never after its end. */
import fc from 'fast-check';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../src/domain/time.js';
import { dueAgain } from '../../src/outbox/backoff.js';
import { testMessage } from '../support/messages.js';
import { START } from '../support/store-world.js';

const attempts = fc.integer({ min: 1, max: 5_000 });
const lifeMs = fc.integer({ min: MINUTE_MS, max: 30 * DAY_MS });
const chance = fc.double({ min: 0, max: 1, noNaN: true });

const pauseMs = (given: { attempts: number; lifeMs: number; chance: number }): number =>
  dueAgain(
    { message: testMessage({ expiresAt: START + given.lifeMs }), attempts: given.attempts },
    START,
    given.chance,
  ) - START;

test('a pause is from a second to an hour, and ends with the message at the latest', () => {
  fc.assert(
    fc.property(fc.record({ attempts, lifeMs, chance }), (given) => {
      const pause = pauseMs(given);
      expect(pause).toBeGreaterThanOrEqual(Math.min(given.lifeMs, SECOND_MS));
      expect(pause).toBeLessThanOrEqual(Math.min(given.lifeMs, HOUR_MS));
    }),
  );
});

test('with the same chance, no pause is shorter than the one before', () => {
  fc.assert(
    fc.property(fc.record({ attempts, lifeMs, chance }), (given) => {
      expect(pauseMs({ ...given, attempts: given.attempts + 1 })).toBeGreaterThanOrEqual(pauseMs(given));
    }),
  );
});

test('a link of a quarter of an hour is tried at least every minute, an invitation of a week at least every hour', () => {
  for (const [life, longest] of [
    [15 * MINUTE_MS, MINUTE_MS],
    [7 * DAY_MS, HOUR_MS],
  ] as const)
    expect(pauseMs({ attempts: 1_000, lifeMs: life, chance: 1 })).toBe(longest);
});
