/** Tries steps again when trying again may help: those on the store and on files one by one, the others by their lanes. */
import type { Pauses } from '../async/pauses.js';
import { type Fault, type FaultCode, fault } from '../domain/errors.js';
import type { DurationMs } from '../domain/time.js';
import type { Step, StepId } from '../plan/plan.js';
import type { StepResult } from '../plan/report.js';
import { type LanePause, type Lanes, laneOf, PAUSES_IN_A_ROW } from './lanes.js';
import type { StepWorld } from './step-world.js';
import { perform } from './steps/index.js';

const ATTEMPTS_MAX = 5;
const FIRST_PAUSE_MS: DurationMs = 100;
/** Of a step whose service said when to come back: one that limits all callers answers many of them so. */
const RETRY_AFTER_ATTEMPTS_MAX = 20;
/** For the whole run, and steps on the store and on files: a full disk under a hundred thousand keys must not mean a day of patience. */
const PAUSES_MAX = 200;

const TRANSIENT: ReadonlySet<FaultCode> = new Set(['sink_unavailable', 'store_unreachable']);
/** After these, any other step would only fail alike. */
const HALTING: ReadonlySet<FaultCode> = new Set(['lease_lost', 'store_unreachable']);

export type ApplyEvent =
  | { readonly kind: 'started'; readonly step: Step }
  | { readonly kind: 'retrying'; readonly step: Step; readonly error: Fault; readonly afterMs: DurationMs }
  /** A connection did not answer: nothing goes through it until then. */
  | ({ readonly kind: 'paused' } & LanePause)
  /** It answers again. */
  | { readonly kind: 'resumed'; readonly lane: string }
  /** Steps that were never begun are in the report only. */
  | { readonly kind: 'finished'; readonly step: Step; readonly result: StepResult };

export interface AttemptWorld {
  readonly stepWorld: StepWorld;
  readonly pauses: Pick<Pauses, 'pause'>;
  readonly lanes: Lanes;
  /** Aborted: nothing is tried again. */
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: ApplyEvent) => void) | undefined;
}

/** Runs steps with retries, and remembers what ended the run. */
export function attempts({ stepWorld, pauses, lanes, signal, onEvent }: AttemptWorld) {
  const tries = new Map<StepId, { times: number; error: Fault }>();
  let paused = 0;
  let end: Fault | undefined;

  /** Undefined when the step succeeded. It is tried again here: nothing else waits for what it waits for. */
  async function failureOf(step: Step): Promise<Fault | undefined> {
    for (let attempt = 1; ; attempt++) {
      const done = await perform(step, stepWorld);
      if (done.ok) return undefined;
      const isWorthRetrying = TRANSIENT.has(done.error.code) && attempt < ATTEMPTS_MAX && paused < PAUSES_MAX;
      if (!isWorthRetrying || signal?.aborted) return done.error;
      paused += 1;
      const afterMs = FIRST_PAUSE_MS * 2 ** (attempt - 1);
      onEvent?.({ kind: 'retrying', step, error: done.error, afterMs });
      // An abort ends the pause; the step then gets its last try.
      await pauses.pause(afterMs);
    }
  }

  /** The same through a connection: its lane decides when it is tried again. */
  async function failureIn(lane: string, step: Step): Promise<Fault | 'again' | undefined> {
    const before = tries.get(step.id);
    if (before && (end || signal?.aborted || lanes.givenUp(lane))) return before.error;
    const tell = lanes.begin(lane);
    const done = await perform(step, stepWorld);
    const unavailable = !done.ok && done.error.code === 'sink_unavailable' ? done.error : undefined;
    tell(unavailable);
    if (done.ok) return undefined;
    if (unavailable === undefined) return done.error;
    const times = (before?.times ?? 0) + 1;
    tries.set(step.id, { times, error: unavailable });
    const timesMax = unavailable.retryAfterMs === undefined ? PAUSES_IN_A_ROW + 1 : RETRY_AFTER_ATTEMPTS_MAX;
    return times < timesMax ? 'again' : unavailable;
  }

  return {
    halted: (): Fault | undefined => {
      if (end) return interrupted(`: ${end.message}`);
      return signal?.aborted ? interrupted('') : undefined;
    },
    run: async (step: Step): Promise<StepResult | 'again'> => {
      const lane = laneOf(step);
      if (!tries.has(step.id)) onEvent?.({ kind: 'started', step });
      const error = await (lane === undefined ? failureOf(step) : failureIn(lane, step));
      if (error === 'again') return 'again';
      if (error && HALTING.has(error.code)) end ??= error;
      const result: StepResult = error
        ? { step: step.id, status: 'failed', error }
        : { step: step.id, status: 'succeeded' };
      onEvent?.({ kind: 'finished', step, result });
      return result;
    },
  };
}

const interrupted = (why: string): Fault =>
  fault('interrupted', `the run was interrupted before this was done${why}; apply again to continue`);
