/** Each planted bug is found, and by the invariant that it breaks: a simulation that finds nothing proves nothing. */
import { PLANTED_BUGS } from './planted-bugs.js';
import { run } from './run.js';

const SEEDS_MAX = 200;

test.each(PLANTED_BUGS.filter(({ isMissed }) => !isMissed))(
  'finds, within 200 seeds, that it $name',
  async ({ defect, control, breaks }) => {
    let found: string | undefined;
    for (let seed = 1; seed <= SEEDS_MAX && found === undefined; seed++) {
      const { violation } = await run({ seed, defect });
      const isOfTheBug = violation && !(control && (await run({ seed, defect: control })).violation);
      if (isOfTheBug) found = violation.invariant;
    }
    expect(breaks).toContain(found);
  },
  600_000,
);
