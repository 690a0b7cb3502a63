/** A run can be looked into: the same seed is the same run, bit for bit, and a failing one gets small. */
import { PLANTED_BUGS } from './planted-bugs.js';
import { run } from './run.js';
import { shrink } from './shrink.js';

const MINUTES_MS = 600_000;

test(
  'the same seed gives the same run, to the last step',
  async () => {
    for (const seed of [1, 2, 3]) {
      const first = await run({ seed });
      expect((await run({ seed })).digest).toBe(first.digest);
      expect(first.faults.length).toBeGreaterThan(0);
    }
  },
  MINUTES_MS,
);

test(
  'different seeds give different runs',
  async () => {
    const digests = [];
    for (const seed of [4, 5, 6, 7]) digests.push((await run({ seed })).digest);
    expect(new Set(digests).size).toBe(digests.length);
  },
  MINUTES_MS,
);

test(
  'a run that fails shrinks to the few faults that make it fail',
  async () => {
    const bug = PLANTED_BUGS.find(({ name }) => name.startsWith('a removed key ends without'));
    const seed = 5;
    const failing = await run({ seed, defect: bug?.defect });
    expect(failing.violation?.invariant).toBe('no gap');

    const small = await shrink({ seed, defect: bug?.defect }, failing, 100);
    expect(small.outcome.violation?.invariant).toBe('no gap');
    expect(small.outcome.faults.length).toBeLessThanOrEqual(4);
    expect(small.outcome.faults.length).toBeLessThan(failing.faults.length);
  },
  MINUTES_MS,
);
