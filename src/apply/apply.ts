/**
 * Carries out a plan, and decides nothing: steps in the order of their dependencies, many at once, each tried
 * again when trying again may help. One failure holds back only what depends on it; a lost lease, a store
 * that is gone or an interruption holds back everything that has not begun.
 */

import { type Pauses, pausesUntil } from '../async/pauses.js';
import { type Fault, fault } from '../domain/errors.js';
import type { Ownership } from '../domain/live.js';
import { fail } from '../domain/result.js';
import type { Plan, Step } from '../plan/plan.js';
import { type Report, reportOf, type StepResult } from '../plan/report.js';
import type { Clock } from '../ports/clock.js';
import type { Caller, LiveStore } from '../ports/live-store.js';
import type { Identity, Sealing } from '../ports/sealing.js';
import type { Sinks } from '../ports/sink.js';
import { type ApplyEvent, attempts } from './attempts.js';
import { laneOf, lanesOf } from './lanes.js';
import type { LeaseKeeper } from './lease.js';
import { notPromoted, type RefreshStep, refreshWave } from './refresh-wave.js';
import { newRollouts } from './rollout.js';
import { runInOrder } from './schedule.js';
import type { KeepDocument, StepWorld } from './step-world.js';

/** Writers that wait together share a commit. */
const CONCURRENCY = 128;

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
    const { run, halted } = attempts({
      stepWorld: stepWorldOf(world),
      pauses,
      lanes,
      signal: world.signal,
      onEvent,
    });
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
