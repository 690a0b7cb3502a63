/**
 * The steps that could begin now: those of each lane, and all others, newest first. A step that makes work for a lane
 * (`issue` before `deliver`) waits while that lane has enough to do: versions are not issued, and their secrets are not
 * held in memory, long before a slow service can take them.
 */
import type { Lanes } from './lanes.js';

/** Steps of a lane that wait or are under way before nothing more is made for it: a few of its own widths. */
const LANE_BACKLOG = 32;

export interface WaitingSteps {
  add(at: number): void;
  /** One that was begun goes behind the others of its lane. */
  addAgain(at: number): void;
  /** Takes the next that may begin; undefined while no step may. `isDraining`: whatever lanes say. */
  next(isDraining: boolean): number | undefined;
  begin(at: number): void;
  end(at: number): void;
  /** Lanes that a step goes through, or that what depends on it does. */
  lanesAt(at: number): readonly string[];
  isEmpty(): boolean;
}

interface Queue {
  /** The next one is the last. */
  readonly steps: number[];
  /** Steps that make work for this lane and wait until it has a free slot. */
  readonly makers: number[];
  running: number;
  /** Steps under way that make work for it. */
  making: number;
}

export function waitingSteps({
  laneAt,
  dependents,
  lanes,
}: {
  readonly laneAt: readonly (string | undefined)[];
  readonly dependents: readonly (readonly number[])[];
  readonly lanes: Pick<Lanes, 'mayBegin' | 'givenUp'> | undefined;
}): WaitingSteps {
  const ready: number[] = [];
  const queues = new Map<string, Queue>();
  const lanesAt = (at: number): readonly string[] => {
    const own = laneAt[at];
    if (own !== undefined) return [own];
    if (queues.size === 0) return [];
    return [...new Set((dependents[at] ?? []).flatMap((dependent) => laneAt[dependent] ?? []))];
  };
  for (const lane of laneAt)
    if (lane !== undefined && !queues.has(lane))
      queues.set(lane, { steps: [], makers: [], running: 0, making: 0 });

  const hasRoom = (lane: string): boolean => {
    const queue = queues.get(lane);
    const load = queue === undefined ? 0 : queue.steps.length + queue.running + queue.making;
    return load < LANE_BACKLOG || lanes?.givenUp(lane) !== undefined;
  };

  function ofLanes(isDraining: boolean): number | undefined {
    for (const [lane, queue] of queues) {
      if (queue.steps.length === 0) continue;
      const isFree = isDraining || lanes?.givenUp(lane) !== undefined;
      if (isFree || lanes?.mayBegin(lane, queue.running) !== false) return queue.steps.pop();
    }
    return undefined;
  }

  function ofMakers(isDraining: boolean): number | undefined {
    for (const [lane, { makers }] of queues)
      if (makers.length > 0 && (isDraining || hasRoom(lane))) ready.push(makers.pop() ?? 0);
    for (let at = ready.pop(); at !== undefined; at = ready.pop()) {
      const full = isDraining ? undefined : lanesAt(at).find((lane) => !hasRoom(lane));
      if (full === undefined) return at;
      queues.get(full)?.makers.push(at);
    }
    return undefined;
  }

  const count = (at: number, by: 1 | -1): void => {
    const own = laneAt[at];
    for (const lane of lanesAt(at)) {
      const queue = queues.get(lane);
      if (queue === undefined) continue;
      if (lane === own) queue.running += by;
      else queue.making += by;
    }
  };

  return {
    add: (at) => (queues.get(laneAt[at] ?? '')?.steps ?? ready).push(at),
    addAgain: (at) => (queues.get(laneAt[at] ?? '')?.steps ?? ready).unshift(at),
    next: (isDraining) => ofLanes(isDraining) ?? ofMakers(isDraining),
    begin: (at) => count(at, 1),
    end: (at) => count(at, -1),
    lanesAt,
    isEmpty: () =>
      ready.length === 0 &&
      [...queues.values()].every(({ steps, makers }) => steps.length + makers.length === 0),
  };
}
