/** Runs many seeds and says of the first that fails what is needed to look into it: how to replay it, and how small it gets. */
import { effort } from '../support/effort.js';
import { run } from './run.js';
import type { Scenario } from './scenario.js';
import { shrink } from './shrink.js';

/** Shrinking costs as much as so many runs, at most. */
const SHRINKING_RUNS_MAX = 120;

/** `SEED=` names one alone; `SEEDS=` says how many, from 1. Of those, every `of`-th, beginning with the `nth`. */
export function chosenSeeds({ nth, of }: { readonly nth: number; readonly of: number }): readonly number[] {
  const { SEED, FIRST = '1' } = process.env;
  const count = effort({ complete: 1_000, otherwise: 300, variable: 'SEEDS' });
  if (SEED !== undefined) return nth === 1 ? [Number(SEED)] : [];
  const all = Array.from({ length: count }, (_, at) => Number(FIRST) + at);
  return all.filter((_, at) => at % of === nth - 1);
}

/** Every third one delivers to services of every ability as well. */
const scenarioOf = (seed: number): Scenario => ({ seed, services: seed % 3 === 0 ? true : undefined });

/** Undefined when every run kept the invariants; else the story of the first that did not. */
export async function firstFailure(seeds: readonly number[]): Promise<string | undefined> {
  for (const seed of seeds) {
    const scenario = scenarioOf(seed);
    const outcome = await run(scenario);
    if (outcome.violation === undefined) continue;
    const small = await shrink(scenario, outcome, SHRINKING_RUNS_MAX);
    return [
      `SEED=${seed} npx jest test/simulation/simulation.test.ts`,
      `"${outcome.violation.invariant}": ${outcome.violation.message}`,
      `Shrunk to keys ${small.outcome.keys.join(', ')} and ${small.outcome.faults.length} of ${outcome.faults.length} faults:`,
      ...small.outcome.faults.map((fault) => `  ${fault}`),
      `"${small.outcome.violation?.invariant}": ${small.outcome.violation?.message}`,
      ...small.outcome.tail.slice(-60),
    ].join('\n');
  }
  return undefined;
}
