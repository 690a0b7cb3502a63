/**
 * Lanes: steps that go through one connection, or run one program, share one. At most as many of them are under way as the connection takes at
 * once, so that a service that is sealed, slow or limited stalls no other. After `sink_unavailable` the whole lane
 * pauses, then one step tries for all of them; one that never comes back ends for this run and keeps its own steps only.
 */
import { type Fault, fault } from '../domain/errors.js';
import { parseSinkId, type SinkId, sinkIdOf } from '../domain/kinds/index.js';
import { laneName } from '../domain/sinks/index.js';
import { type DurationMs, MINUTE_MS, SECOND_MS } from '../domain/time.js';
import type { Step } from '../plan/plan.js';

/** As many as a connection gets requests at a time (src/sinks/gate.ts). */
export const LANE_WIDTH = 8;
/** Pauses in a row, without an answer between them, after which a connection is given up: half a minute together. */
export const PAUSES_IN_A_ROW = 6;
const FIRST_PAUSE_MS: DurationMs = SECOND_MS / 2;
const PAUSE_MAX_MS: DurationMs = 15 * SECOND_MS;
/** A service that asks for more is tried again all the same. */
const RETRY_AFTER_MAX_MS: DurationMs = MINUTE_MS;

/** The name of the connection that a step goes through, or of the program that it runs; undefined for steps on the store and on files. */
export function laneOf(step: Step): string | undefined {
  switch (step.action) {
    case 'deliver':
      return laneOfSink(sinkIdOf(step.detail.sink));
    case 'confirm':
    case 'withdraw':
      return laneOfSink(step.detail.sink);
    default:
      return undefined;
  }
}

function laneOfSink(sink: SinkId): string | undefined {
  const address = parseSinkId(sink);
  return address && laneName(address);
}

export interface LanePause {
  readonly lane: string;
  readonly error: Fault;
  readonly afterMs: DurationMs;
}

export interface Lanes {
  /** May one more step of this lane begin, while so many are under way? */
  mayBegin(lane: string, running: number): boolean;
  /** A step begins. What is returned hears how it went; undefined: it was answered, well or not. */
  begin(lane: string): (unavailable: Fault | undefined) => void;
  /** Why nothing more is sent through the connection in this run. */
  givenUp(lane: string): Fault | undefined;
  /** Called when a lane may be used again. */
  onOpen(listener: () => void): void;
}

export interface LaneWorld {
  /** Resolves after so long, or earlier when the run is interrupted. */
  pause(ms: DurationMs): Promise<void>;
  readonly onPause?: ((pause: LanePause) => void) | undefined;
  /** The connection answered after a pause. */
  readonly onAnswer?: ((lane: string) => void) | undefined;
}

interface LaneState {
  /** `trying`: a pause has ended, and one step finds out. */
  phase: 'open' | 'paused' | 'trying' | 'given-up';
  /** Counts pauses: what began before one says nothing about what is after it. */
  epoch: number;
  isTrying: boolean;
  failures: number;
  why?: Fault;
}

export function lanesOf({ pause, onPause, onAnswer }: LaneWorld): Lanes {
  const lanes = new Map<string, LaneState>();
  let listener: () => void = () => undefined;

  function stateOf(lane: string): LaneState {
    const known = lanes.get(lane);
    if (known) return known;
    const fresh: LaneState = { phase: 'open', epoch: 0, isTrying: false, failures: 0 };
    lanes.set(lane, fresh);
    return fresh;
  }

  function failed(lane: string, state: LaneState, error: Fault): void {
    state.failures += 1;
    state.epoch += 1;
    if (state.failures > PAUSES_IN_A_ROW) {
      state.phase = 'given-up';
      state.why = gaveUp(lane, error);
      return;
    }
    state.phase = 'paused';
    const afterMs = pauseAfter(state.failures, error);
    onPause?.({ lane, error, afterMs });
    void pause(afterMs).then(() => {
      state.phase = 'trying';
      state.isTrying = false;
      listener();
    });
  }

  return {
    mayBegin: (lane, running) => {
      const { phase, isTrying } = stateOf(lane);
      if (phase === 'paused') return false;
      return phase === 'trying' ? !isTrying : running < LANE_WIDTH;
    },
    begin: (lane) => {
      const state = stateOf(lane);
      const { epoch } = state;
      if (state.phase === 'trying') state.isTrying = true;
      return (unavailable) => {
        if (epoch !== state.epoch || state.phase === 'given-up') return;
        if (unavailable) return failed(lane, state, unavailable);
        if (state.phase === 'trying') onAnswer?.(lane);
        state.phase = 'open';
        state.failures = 0;
      };
    },
    givenUp: (lane) => lanes.get(lane)?.why,
    onOpen: (heard) => {
      listener = heard;
    },
  };
}

/** What the service asked for, within bounds, and never less than our own backoff. */
function pauseAfter(failures: number, { retryAfterMs = 0 }: Fault): DurationMs {
  const own = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), PAUSE_MAX_MS);
  return Math.max(own, Math.min(retryAfterMs, RETRY_AFTER_MAX_MS));
}

const gaveUp = (lane: string, { message }: Fault): Fault =>
  fault(
    'sink_unavailable',
    `${isConnection(lane) ? `the connection ${lane}` : lane} did not answer ${PAUSES_IN_A_ROW + 1} times in a row, so no more was sent to it in this run: ${message}`,
  );

/** Its name is one word; a program's lane has the type of the sink before it. */
const isConnection = (lane: string): boolean => !lane.includes(' ');
