/** The other half of the seeds of simulation.test.ts. */
import { chosenSeeds, firstFailure } from './seeds.js';

const HOUR_MS = 3_600_000;

test(
  'every invariant holds whatever goes wrong (even seeds)',
  async () => {
    expect(await firstFailure(chosenSeeds({ nth: 2, of: 2 }))).toBeUndefined();
  },
  HOUR_MS,
);
