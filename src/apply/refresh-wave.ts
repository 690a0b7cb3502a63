/**
 * The last part of an apply: starts again what reads its secrets only at the start, once all promotions are done. Each
 * Deployment once, whichever keys name it; a few at a time of each cluster, the next when one before is healthy; one that
 * fails ends the wave of its cluster. Nothing here undoes a promotion: what is left is due in the next plan.
 */
import { type Fault, fault } from '../domain/errors.js';
import { compareRefs } from '../domain/objects.js';
import { ok, type Result } from '../domain/result.js';
import { type RefreshTarget, refreshTargetId } from '../domain/sinks/refresh-target.js';
import { type DurationMs, type Instant, MINUTE_MS, SECOND_MS } from '../domain/time.js';
import type { Step } from '../plan/plan.js';
import type { StepResult } from '../plan/report.js';
import type { LiveStore } from '../ports/live-store.js';
import type { Refreshes } from '../ports/refresh.js';
import type { LeaseKeeper } from './lease.js';

/** Rollouts under way at once of one cluster; programs at once. */
export const ROLLOUTS_AT_ONCE = 3;
const LOOK_EVERY_MS: DurationMs = 2 * SECOND_MS;
/** As long as Kubernetes gives a rollout before it calls it failed. */
const HEALTHY_WITHIN_MS: DurationMs = 10 * MINUTE_MS;

export type RefreshStep = Extract<Step, { action: 'refresh' }>;

export interface WaveWorld {
  readonly refreshes: Refreshes | undefined;
  readonly store: Pick<LiveStore, 'fetch'>;
  readonly lease: Pick<LeaseKeeper, 'ensure' | 'leftMs'>;
  readonly clock: { monotonicMs(): number };
  pause(ms: DurationMs): Promise<void>;
  /** Why nothing may start any more. */
  readonly halted: () => Fault | undefined;
}

interface Target {
  readonly target: RefreshTarget;
  readonly steps: readonly RefreshStep[];
}

/** One result for each step. `steps`: those whose promotion is done. */
export async function refreshWave(
  steps: readonly RefreshStep[],
  world: WaveWorld,
): Promise<readonly StepResult[]> {
  if (steps.length === 0) return [];
  const issued = await issuedAt(steps, world.store);
  const results = await Promise.all(
    [...byLane(steps).values()].map((targets) => laneOfWave(targets, issued, world)),
  );
  return results.flat();
}

function byLane(steps: readonly RefreshStep[]): ReadonlyMap<string, readonly Target[]> {
  const targets = new Map<string, { target: RefreshTarget; steps: RefreshStep[] }>();
  for (const step of steps) {
    const id = refreshTargetId(step.detail.target);
    const known = targets.get(id);
    if (known) known.steps.push(step);
    else targets.set(id, { target: step.detail.target, steps: [step] });
  }
  const lanes = new Map<string, Target[]>();
  for (const one of targets.values()) {
    const lane = 'exec' in one.target ? 'exec' : `connection ${one.target.connection}`;
    lanes.set(lane, [...(lanes.get(lane) ?? []), one]);
  }
  return lanes;
}

type Issued = Result<(step: RefreshStep) => Instant | undefined>;

/** When the versions were issued: the same for every apply that refreshes because of them. */
async function issuedAt(steps: readonly RefreshStep[], store: WaveWorld['store']): Promise<Issued> {
  const fetched = await store.fetch(steps.map(({ object }) => object));
  if (!fetched.ok) return fetched;
  return ok(({ object, detail }) => {
    const live = fetched.value.find(({ ref }) => compareRefs(ref, object) === 0);
    return live?.key?.versions.find(({ generation }) => generation === detail.generation)?.issuedAt;
  });
}

async function laneOfWave(
  targets: readonly Target[],
  issued: Issued,
  world: WaveWorld,
): Promise<readonly StepResult[]> {
  const results: StepResult[] = [];
  const waiting = [...targets];
  let stopped: Fault | undefined;

  async function work(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const error = world.halted() ?? stopped;
      const status = error ? 'not-attempted' : 'failed';
      const failure = error ?? (await refresh(next, issued, world));
      // A program that fails says nothing of the others.
      if (failure && !error && !('exec' in next.target)) stopped ??= stopping(next.target, failure);
      for (const step of next.steps) {
        if (failure === undefined) world.refreshes?.strike({ object: step.object, ...step.detail });
        results.push(
          failure ? { step: step.id, status, error: failure } : { step: step.id, status: 'succeeded' },
        );
      }
    }
  }

  await Promise.all(Array.from({ length: ROLLOUTS_AT_ONCE }, work));
  return results;
}

/** Undefined once it is healthy. */
async function refresh(
  { target, steps }: Target,
  issued: Issued,
  { refreshes, lease, clock, pause, halted }: WaveWorld,
): Promise<Fault | undefined> {
  if (refreshes === undefined) return fault('sink_unsupported', 'nothing can be started again from here');
  if (!issued.ok) return issued.error;
  const versionOf = issued.value;
  const at = Math.max(...steps.map((step) => versionOf(step) ?? 0));
  const held = await lease.ensure();
  if (!held.ok) return held.error;
  const started = await refreshes.start(target, at, () => lease.leftMs());
  if (!started.ok) return started.error;
  const until = clock.monotonicMs() + HEALTHY_WITHIN_MS;
  for (;;) {
    const status = await statusOf(refreshes, target);
    if (!status.ok) return status.error;
    if (status.value === 'healthy') return undefined;
    if (status.value === 'failed') return fault('sink_refused', failedText(target));
    if (clock.monotonicMs() >= until)
      return fault('sink_unavailable', `${refreshTargetId(target)} is not healthy after ten minutes`);
    if (halted())
      return fault('interrupted', `the run was interrupted while ${refreshTargetId(target)} rolled out`);
    await pause(LOOK_EVERY_MS);
  }
}

/** A cluster that does not answer for a moment says nothing of a rollout. */
async function statusOf(refreshes: Refreshes, target: RefreshTarget): ReturnType<Refreshes['status']> {
  const status = await refreshes.status(target);
  return !status.ok && status.error.code === 'sink_unavailable' ? ok('progressing') : status;
}

const failedText = (target: RefreshTarget): string =>
  `the rollout of ${refreshTargetId(target)} failed: its pods do not become available. See kubectl rollout status; the promotion stays, and the refresh is due again in the next plan.`;

const stopping = (target: RefreshTarget, { message }: Fault): Fault =>
  fault(
    'sink_unavailable',
    `no more was started again in this cluster after ${refreshTargetId(target)} failed: ${message}`,
  );

export const notPromoted = (step: RefreshStep): StepResult => ({ step: step.id, status: 'not-attempted' });
