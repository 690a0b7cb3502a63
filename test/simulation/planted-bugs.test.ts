/**
 * Each planted bug is found, and by the invariant that it breaks: a simulation that finds nothing proves nothing.
 * Only the seed that is known to find it is run. After a change of the world, `SEARCH=1 npx jest
 * test/simulation/planted-bugs.test.ts` looks through all of them and says which is the first now.
 */
import { PLANTED_BUGS, type PlantedBug } from './planted-bugs.js';
import { run } from './run.js';

const SEEDS_MAX = 200;
const HOUR_MS = 3_600_000;

test.each(PLANTED_BUGS)(
  'finds, within 200 seeds, this bug: $name',
  async (bug) => {
    const isSearch = process.env['SEARCH'] !== undefined;
    const seeds = isSearch ? Array.from({ length: SEEDS_MAX }, (_, at) => at + 1) : [bug.seed];
    expect(await firstFinder(bug, seeds)).toBe(bug.seed);
    expect(bug.seed).toBeLessThanOrEqual(SEEDS_MAX);
  },
  HOUR_MS,
);

async function firstFinder(bug: PlantedBug, seeds: readonly number[]): Promise<number | undefined> {
  for (const seed of seeds) if (await isFoundBy(seed, bug)) return seed;
  return undefined;
}

/** Not where the layers that are off break something without the bug too. */
async function isFoundBy(seed: number, bug: PlantedBug): Promise<boolean> {
  const { defect, control, breaks, services } = bug;
  const { violation } = await run({ seed, defect, services });
  if (violation === undefined || !breaks.includes(violation.invariant)) return false;
  return control === undefined || (await run({ seed, defect: control, services })).violation === undefined;
}
