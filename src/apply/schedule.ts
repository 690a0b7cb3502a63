/**
 * Runs steps as their dependencies allow, a bounded number at once. What becomes possible goes before what
 * has been possible all along, so a key is finished before the next one is begun and few secrets are in
 * memory at a time. Linear in steps and dependencies.
 */
import type { Fault } from '../domain/errors.js';
import type { Step } from '../plan/plan.js';
import type { StepResult } from '../plan/report.js';

export interface Schedule {
  readonly steps: readonly Step[];
  readonly concurrency: number;
  /** Does one step; its answer is final. Rejects only with a bug. */
  readonly run: (step: Step) => Promise<StepResult>;
  /** Why nothing may start any more; undefined while steps may. */
  readonly halted: () => Fault | undefined;
}

/**
 * One result for each step, in their order. A step that depends on one that did not succeed is not
 * attempted. Rejects only if `run` does, and then after everything under way has ended.
 */
export function runInOrder(schedule: Schedule): Promise<readonly StepResult[]> {
  const { steps, concurrency, run, halted } = schedule;
  const graph = graphOf(steps);
  const results: StepResult[] = new Array(steps.length);
  const ready = steps.flatMap((_, at) => (graph.open[at] === 0 ? [at] : [])).reverse();
  const bugs: unknown[] = [];
  let running = 0;

  function settle(at: number, result: StepResult): void {
    results[at] = result;
    const dependents = graph.dependents[at] ?? [];
    for (const dependent of dependents.toReversed()) {
      if (result.status !== 'succeeded') graph.isBlocked[dependent] = true;
      const open = (graph.open[dependent] ?? 0) - 1;
      graph.open[dependent] = open;
      if (open === 0) ready.push(dependent);
    }
  }

  return new Promise((resolve, reject) => {
    function start(at: number, step: Step): void {
      const error = halted();
      if (graph.isBlocked[at] || error) {
        // Why an earlier step failed stands beside that one.
        const why = graph.isBlocked[at] || error === undefined ? {} : { error };
        settle(at, { step: step.id, status: 'not-attempted', ...why });
        return;
      }
      running += 1;
      run(step)
        .then(
          (result) => settle(at, result),
          (bug: unknown) => bugs.push(bug),
        )
        .finally(() => {
          running -= 1;
          proceed();
        });
    }

    function proceed(): void {
      while (running < concurrency && bugs.length === 0) {
        const at = ready.pop();
        const step = at === undefined ? undefined : steps[at];
        if (at === undefined || step === undefined) break;
        start(at, step);
      }
      if (running > 0) return;
      if (bugs.length > 0) reject(bugs[0]);
      else resolve(results);
    }

    proceed();
  });
}

interface Graph {
  /** By position: the steps that wait for this one. */
  readonly dependents: readonly (readonly number[])[];
  /** By position: how many steps this one still waits for. */
  readonly open: number[];
  /** By position: something that this one waits for did not succeed. */
  readonly isBlocked: boolean[];
}

function graphOf(steps: readonly Step[]): Graph {
  const positions = new Map(steps.map((step, at) => [step.id, at]));
  const dependents: number[][] = steps.map(() => []);
  const open = steps.map((step, at) => {
    for (const id of step.dependsOn) {
      const before = positions.get(id);
      if (before === undefined || before >= at)
        throw new Error(`step ${step.id} depends on ${id}, which is not before it`);
      dependents[before]?.push(at);
    }
    return step.dependsOn.length;
  });
  return { dependents, open, isBlocked: steps.map(() => false) };
}
