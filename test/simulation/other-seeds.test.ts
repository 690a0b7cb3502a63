/** The other half of the seeds of simulation.test.ts. */
import { toldOfSeeds } from './apart.js';

const HOUR_MS = 3_600_000;

test(
  'every invariant holds whatever goes wrong (even seeds)',
  async () => {
    expect(await toldOfSeeds({ nth: 2, of: 2 })).toMatch(/^\d+ seeds hold$/);
  },
  HOUR_MS,
);
