/**
 * Runs steps as their dependencies allow, a bounded number at once. What becomes possible goes before what
 * has been possible all along, so a key is finished before the next one is begun and few secrets are in
 * memory at a time. Steps of a lane wait in it without taking a slot of the others. Linear in steps and dependencies.
 */
import type { Fault } from '../domain/errors.js';
import type { Step } from '../plan/plan.js';
import type { StepResult } from '../plan/report.js';
import type { Lanes } from './lanes.js';
import { waitingSteps } from './waiting-steps.js';

export interface Schedule {
  readonly steps: readonly Step[];
  readonly concurrency: number;
  /**
   * Does one step; its answer is final, unless it is `again`: then it is begun again when its lane lets it. Rejects only
   * with a bug.
   */
  readonly run: (step: Step) => Promise<StepResult | 'again'>;
  /** Why nothing may start any more; undefined while steps may. A step that was begun is run again, and ends itself. */
  readonly halted: () => Fault | undefined;
  /** Absent: steps have none. */
  readonly laneOf?: (step: Step) => string | undefined;
  readonly lanes?: Pick<Lanes, 'mayBegin' | 'givenUp' | 'onOpen'>;
}

/**
 * One result for each step, in their order. A step that depends on one that did not succeed is not
 * attempted. Rejects only if `run` does, and then after everything under way has ended.
 */
export function runInOrder(schedule: Schedule): Promise<readonly StepResult[]> {
  const { steps, concurrency, run, halted, lanes } = schedule;
  const graph = graphOf(steps);
  const results: StepResult[] = new Array(steps.length);
  const laneAt = steps.map((step) => schedule.laneOf?.(step));
  const waiting = waitingSteps({ laneAt, dependents: graph.dependents, lanes });
  for (let at = steps.length - 1; at >= 0; at--) if (graph.open[at] === 0) waiting.add(at);
  const isBegun = steps.map(() => false);
  const bugs: unknown[] = [];
  let running = 0;

  /** A connection that was given up holds back what goes through it, and what would only make work for it. */
  const whyNot = (at: number): Fault | undefined => {
    if (isBegun[at]) return undefined;
    return halted() ?? waiting.lanesAt(at).flatMap((lane) => lanes?.givenUp(lane) ?? [])[0];
  };

  function settle(at: number, result: StepResult): void {
    results[at] = result;
    const dependents = graph.dependents[at] ?? [];
    for (const dependent of dependents.toReversed()) {
      if (result.status !== 'succeeded') graph.isBlocked[dependent] = true;
      const open = (graph.open[dependent] ?? 0) - 1;
      graph.open[dependent] = open;
      if (open === 0) waiting.add(dependent);
    }
  }

  return new Promise((resolve, reject) => {
    function start(at: number, step: Step): void {
      const error = whyNot(at);
      if (graph.isBlocked[at] || error) {
        // Why an earlier step failed stands beside that one.
        const why = graph.isBlocked[at] || error === undefined ? {} : { error };
        settle(at, { step: step.id, status: 'not-attempted', ...why });
        return;
      }
      running += 1;
      isBegun[at] = true;
      waiting.begin(at);
      run(step)
        .then(
          (result) => (result === 'again' ? waiting.addAgain(at) : settle(at, result)),
          (bug: unknown) => bugs.push(bug),
        )
        .finally(() => {
          running -= 1;
          waiting.end(at);
          proceed();
        });
    }

    function proceed(): void {
      while (running < concurrency && bugs.length === 0) {
        const at = waiting.next(halted() !== undefined);
        const step = at === undefined ? undefined : steps[at];
        if (at === undefined || step === undefined) break;
        start(at, step);
      }
      if (running > 0) return;
      if (bugs.length > 0) reject(bugs[0]);
      else if (waiting.isEmpty()) resolve(results);
      // Else every step that is left waits for its lane, which says when it opens.
    }

    lanes?.onOpen(proceed);
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
