/**
 * Carries out a plan, and decides nothing: steps in the order of their dependencies, many at once, each tried
 * again when trying again may help. One failure holds back only what depends on it; a lost lease, a store
 * that is gone or an interruption holds back everything that has not begun.
 */

import { type Pauses, pausesUntil } from '../async/pauses.js';
import { type Fault, type FaultCode, fault } from '../domain/errors.js';
import type { Ownership } from '../domain/live.js';
import { fail } from '../domain/result.js';
import type { DurationMs } from '../domain/time.js';
import type { Plan, Step, StepId } from '../plan/plan.js';
import { type Report, reportOf, type StepResult } from '../plan/report.js';
import type { Clock } from '../ports/clock.js';
import type { Caller, LiveStore } from '../ports/live-store.js';
import type { Identity, Sealing } from '../ports/sealing.js';
import type { Sinks } from '../ports/sink.js';
import { type LanePause, type Lanes, laneOf, lanesOf, PAUSES_IN_A_ROW } from './lanes.js';
import type { LeaseKeeper } from './lease.js';
import { notPromoted, type RefreshStep, refreshWave } from './refresh-wave.js';
import { newRollouts } from './rollout.js';
import { runInOrder } from './schedule.js';
import type { KeepDocument, StepWorld } from './step-world.js';
import { perform } from './steps/index.js';

/** Writers that wait together share a commit. */
const CONCURRENCY = 128;
const ATTEMPTS_MAX = 5;
const FIRST_PAUSE_MS: DurationMs = 100;
/** Of a step that was told when to come back: a service that limits everybody answers many of them so. */
const TOLD_ATTEMPTS_MAX = 20;
/** For the whole run, and steps on the store and on files: a full disk under a hundred thousand keys must not mean a day of patience. */
const PAUSES_MAX = 200;

const TRANSIENT: ReadonlySet<FaultCode> = new Set(['sink_unavailable', 'store_unreachable']);
/** After these, any other step would only fail alike. */
const HALTING: ReadonlySet<FaultCode> = new Set(['lease_lost', 'store_unreachable']);

export interface ApplyWorld {
  readonly store: LiveStore;
  readonly sinks: Sinks;
  readonly sealing: Sealing;
  /** Whom new secrets are sealed to. */
  readonly identity: Identity;
  readonly lease: LeaseKeeper;
  readonly clock: Clock;
  readonly caller: Caller;
  /** Who takes charge of what is created or adopted. */
  readonly ownership: Ownership;
  /** Absent where documents cannot be written: what needs one is then not adopted. */
  readonly keepDocument?: KeepDocument;
  /** Steps under way at once; 128 unless given. */
  readonly concurrency?: number;
  /** Aborted: nothing new starts, what runs is finished. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: ApplyEvent) => void;
}

export type ApplyEvent =
  | { readonly kind: 'started'; readonly step: Step }
  | { readonly kind: 'retrying'; readonly step: Step; readonly error: Fault; readonly afterMs: DurationMs }
  /** A connection did not answer: nothing goes through it until then. */
  | ({ readonly kind: 'paused' } & LanePause)
  /** It answers again. */
  | { readonly kind: 'resumed'; readonly lane: string }
  /** Steps that were never begun are in the report only. */
  | { readonly kind: 'finished'; readonly step: Step; readonly result: StepResult };

/** One result for each step, whatever happens. Rejects only with a bug, after what was under way has ended. */
export async function apply(plan: Pick<Plan, 'digest' | 'steps'>, world: ApplyWorld): Promise<Report> {
  const pauses = pausesUntil(world.signal, world.clock);
  const { onEvent } = world;
  const lanes = lanesOf({
    pause: (ms) => pauses.pause(ms),
    onPause: (pause) => onEvent?.({ kind: 'paused', ...pause }),
    onAnswer: (lane) => onEvent?.({ kind: 'resumed', lane }),
  });
  try {
    const { run, halted } = attempts(world, { pauses, lanes });
    const concurrency = world.concurrency ?? CONCURRENCY;
    const refreshing = plan.steps.filter(isRefresh);
    // Before the promotions that they follow: a run that ends between leaves none out.
    for (const { object, detail } of refreshing) world.sinks.refreshes?.note({ object, ...detail });
    const steps = refreshing.length === 0 ? plan.steps : plan.steps.filter((step) => !isRefresh(step));
    const done = await runInOrder({ steps, concurrency, run, halted, laneOf, lanes });
    const refreshed = await refreshAfter(refreshing, done, { world, pauses, halted });
    return reportOf(plan.digest, inOrderOf(plan.steps, [...done, ...refreshed]));
  } finally {
    pauses.close();
  }
}

const isRefresh = (step: Step): step is RefreshStep => step.action === 'refresh';

/** In one wave, those whose promotion succeeded, or was done before this plan. */
async function refreshAfter(
  refreshing: readonly RefreshStep[],
  done: readonly StepResult[],
  { world, pauses, halted }: { world: ApplyWorld; pauses: Pauses; halted: () => Fault | undefined },
): Promise<readonly StepResult[]> {
  const succeeded = new Set(done.flatMap(({ step, status }) => (status === 'succeeded' ? [step] : [])));
  const isDue = ({ dependsOn }: RefreshStep): boolean => dependsOn.every((id) => succeeded.has(id));
  const { store, lease, clock, sinks, onEvent } = world;
  const due = refreshing.filter(isDue);
  for (const step of due) onEvent?.({ kind: 'started', step });
  const wave = { refreshes: sinks.refreshes, store, lease, clock, halted };
  const results = await refreshWave(due, { ...wave, pause: (ms) => pauses.pause(ms) });
  const steps = new Map<string, Step>(due.map((step) => [step.id, step]));
  for (const result of results) {
    const step = steps.get(result.step);
    if (step) onEvent?.({ kind: 'finished', step, result });
  }
  return [...results, ...refreshing.filter((step) => !isDue(step)).map(notPromoted)];
}

function inOrderOf(steps: readonly Step[], results: readonly StepResult[]): readonly StepResult[] {
  const byStep = new Map(results.map((result) => [result.step, result]));
  return steps.flatMap(({ id }) => byStep.get(id) ?? []);
}

interface Patience {
  readonly pauses: Pauses;
  readonly lanes: Lanes;
}

/** Runs steps with retries, and remembers what ended the run. */
function attempts(world: ApplyWorld, { pauses, lanes }: Patience) {
  const { signal, onEvent } = world;
  const stepWorld = stepWorldOf(world);
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
    const timesMax = unavailable.retryAfterMs === undefined ? PAUSES_IN_A_ROW + 1 : TOLD_ATTEMPTS_MAX;
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

function stepWorldOf(world: ApplyWorld): StepWorld {
  const { store, sinks, sealing, identity, ownership, lease, caller } = world;
  return {
    store,
    sinks,
    sealing,
    identity,
    ownership,
    rollouts: newRollouts(),
    keepDocument: world.keepDocument ?? (async () => fail(NOWHERE_TO_WRITE)),
    ensureLease: () => lease.ensure(),
    leaseLeftMs: () => lease.leftMs(),
    mutate: async (mutation) => {
      const held = await lease.ensure();
      return held.ok ? store.mutate(mutation, held.value, caller) : held;
    },
  };
}

const NOWHERE_TO_WRITE = fault(
  'conflict',
  'its document cannot be written from here; run keywright apply in the working folder to adopt it',
);

const interrupted = (why: string): Fault =>
  fault('interrupted', `the run was interrupted before this was done${why}; apply again to continue`);
