/**
 * Makes a failing run small: fewer faults, then fewer keys, then less time, as long as it still fails in the
 * same way. Faults are chosen by hash, so those that stay happen where they happened before.
 */
import { CHAOS_MS, type Outcome, run } from './run.js';
import type { Scenario } from './scenario.js';

export interface Shrunk {
  readonly scenario: Scenario;
  readonly outcome: Outcome;
  readonly runs: number;
}

const RUNS_MAX = 400;

/** `failing` has a violation. Never more than `runsMax` further runs. */
export async function shrink(
  scenario: Scenario,
  failing: Outcome,
  runsMax: number = RUNS_MAX,
): Promise<Shrunk> {
  const invariant = failing.violation?.invariant;
  let best = { scenario, outcome: failing };
  let runs = 0;

  /** Takes the smaller scenario if it fails alike. */
  async function accepts(smaller: Scenario): Promise<boolean> {
    if (runs >= runsMax) return false;
    runs += 1;
    const outcome = await run(smaller);
    if (outcome.violation?.invariant !== invariant) return false;
    best = { scenario: smaller, outcome };
    return true;
  }

  await fewer(best.outcome.faults, (kept) => accepts({ ...best.scenario, only: new Set(kept) }));
  await fewer(best.outcome.keys, (kept) => accepts({ ...best.scenario, keys: new Set(kept) }));
  for (let chaosMs = CHAOS_MS / 2; runs < runsMax; ) {
    if (!(await accepts({ ...best.scenario, chaosMs }))) break;
    chaosMs /= 2;
  }
  return { ...best, runs };
}

/** Leaves out halves, quarters, and so on down to single ones; what is accepted stays out. */
async function fewer(
  all: readonly string[],
  accepts: (kept: readonly string[]) => Promise<boolean>,
): Promise<void> {
  let kept = [...all];
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < kept.length; ) {
      const without = [...kept.slice(0, from), ...kept.slice(from + size)];
      if (await accepts(without)) kept = without;
      else from += size;
    }
  }
}
