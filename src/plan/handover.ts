/**
 * When older versions may end (rotation.md, step 5). Evidence, never hope; `window` is the stabilization window:
 *
 *     promoted    window ends                  overlap over
 *        ├─ window ─┼─ evidence counts ─────────────┼──────────▶
 *                   └── quiet: no older version used ──┘
 *
 * All older versions stay until the newest is handed over, so an overtaken rotation takes none away.
 */
import type { VersionFacts } from '../domain/live.js';
import type { Instant } from '../domain/time.js';
import { ableSinks, settleOf } from './abilities.js';
import { type Decision, finding, instantText, NOTHING, toDo, waitFor } from './decision.js';
import type { Key } from './key.js';
import type { StepReason, WaitingReason } from './reasons.js';
import { handOver } from './steps.js';

interface Obstacle {
  readonly reason: WaitingReason;
  /** Undefined when it depends on a person, not on time. */
  readonly until: Instant | undefined;
  readonly message: string;
}

/** A hand-over under way: `promotedAt` is when the newest version became current. */
interface Handover {
  readonly key: Key;
  readonly newest: VersionFacts;
  readonly promotedAt: Instant;
  readonly settledAt: Instant;
}

type Evidence = (handover: Handover) => Obstacle | undefined;

const ALWAYS: readonly Evidence[] = [settling, overlapRunning];

const BY_MODE: Readonly<Record<Key['policy']['handover'], readonly Evidence[]>> = {
  observed: [successorUnused, consumersUnseen, predecessorInUse, usageUnknown],
  acknowledged: [unacknowledged],
  timed: [],
};

/** For a key whose newest version is confirmed at every sink. */
export function handOverPredecessors(key: Key): Decision {
  const { newest, predecessors, policy, input } = key;
  if (predecessors.length === 0 || newest?.promotedAt === undefined) return NOTHING;
  const { promotedAt } = newest;
  const settleMs = Math.max(0, ...ableSinks(key).map(({ ability }) => settleOf(ability)));
  const handover = { key, newest, promotedAt, settledAt: promotedAt + input.settleMs + settleMs };
  const early = firstObstacle(ALWAYS, handover);
  if (early) return waitFor(key.ref, early.reason, early);
  const obstacle = firstObstacle(BY_MODE[policy.handover], handover);
  if (!obstacle) return endPredecessors(handover, 'HandedOver');
  const deadline = policy.deadlineMs === undefined ? undefined : promotedAt + policy.deadlineMs;
  if (deadline !== undefined && deadline <= key.now) return endPredecessors(handover, 'DeadlinePassed');
  return waitFor(key.ref, obstacle.reason, { ...obstacle, until: sooner(obstacle.until, deadline) });
}

/** A finding while the hand-over of a production key goes by the clock alone. */
export function timedInProduction({ ref, facts, policy }: Key): Decision {
  if (policy.handover !== 'timed' || facts?.isProd !== true) return NOTHING;
  return finding('warn', 'TimedHandover')(
    ref,
    'uses handover: timed in production, so a consumer that still uses the old version fails when it ends. Use handover: observed or acknowledged.',
  );
}

function firstObstacle(chain: readonly Evidence[], handover: Handover): Obstacle | undefined {
  for (const evidence of chain) {
    const obstacle = evidence(handover);
    if (obstacle) return obstacle;
  }
  return undefined;
}

function endPredecessors({ key, newest }: Handover, reason: StepReason): Decision {
  return toDo(
    handOver({
      object: key.ref,
      generation: newest.generation,
      predecessors: key.predecessors.map((version) => version.generation),
      reason,
      sinks: key.sinks,
      receipts: key.receipts,
      dependsOn: key.after,
    }),
  );
}

function settling({ key, settledAt }: Handover): Obstacle | undefined {
  if (settledAt <= key.now) return undefined;
  return {
    reason: 'Settling',
    until: settledAt,
    message:
      'Stabilization window: another reconciler could still be writing. Use of the new version counts after it.',
  };
}

function overlapRunning({ key, newest, promotedAt }: Handover): Obstacle | undefined {
  const until = promotedAt + key.policy.overlapMs;
  if (until <= key.now) return undefined;
  return {
    reason: 'OverlapRunning',
    until,
    message: `${olderText(key)} ${isAre(key)} accepted together with version ${newest.generation} until at least ${instantText(until)}.`,
  };
}

function successorUnused({ newest, settledAt }: Handover): Obstacle | undefined {
  if (newest.lastUsedAt !== undefined && newest.lastUsedAt >= settledAt) return undefined;
  return {
    reason: 'SuccessorUnused',
    until: undefined,
    message: `Version ${newest.generation} has not been used yet. Restart its consumers, or acknowledge the hand-over.`,
  };
}

function consumersUnseen({ key, newest }: Handover): Obstacle | undefined {
  const unseen = key.policy.consumers.filter((name) => !newest.consumers.includes(name));
  if (unseen.length === 0) return undefined;
  return {
    reason: 'ConsumersUnseen',
    until: undefined,
    message: `Consumers not yet seen with version ${newest.generation}: ${unseen.join(', ')}.`,
  };
}

/** Silence before the stabilization window ends proves nothing, so the quiet time begins there at the earliest. */
function predecessorInUse({ key, settledAt }: Handover): Obstacle | undefined {
  const lastUsedAt = key.predecessors.reduce((last, one) => Math.max(last, one.lastUsedAt ?? 0), 0);
  const until = Math.max(lastUsedAt, settledAt) + key.policy.quietMs;
  if (until <= key.now) return undefined;
  const message =
    lastUsedAt >= settledAt
      ? `${olderText(key)} ${isAre(key)} still in use; last used ${instantText(lastUsedAt)}.`
      : `${olderText(key)} must stay unused until ${instantText(until)}.`;
  return { reason: 'PredecessorInUse', until, message };
}

function usageUnknown({ key }: Handover): Obstacle | undefined {
  const { from, until } = key.input.usage;
  const coveredAt = from + key.policy.quietMs;
  if (coveredAt <= key.now && until >= key.now) return undefined;
  return {
    reason: 'UsageUnknown',
    until: coveredAt > key.now ? coveredAt : undefined,
    message: `Usage is recorded only from ${instantText(from)} to ${instantText(until)}, which does not prove that older versions are unused.`,
  };
}

function unacknowledged({ key, newest }: Handover): Obstacle | undefined {
  if ((key.facts?.acknowledgedGeneration ?? 0) >= newest.generation) return undefined;
  return {
    reason: 'Unacknowledged',
    until: undefined,
    message: `When every consumer uses version ${newest.generation}, run: keywright acknowledge ${key.ref.name}.`,
  };
}

const olderText = ({ predecessors }: Key): string =>
  `${predecessors.length === 1 ? 'Version' : 'Versions'} ${predecessors.map((one) => one.generation).join(', ')}`;

const isAre = ({ predecessors }: Key): string => (predecessors.length === 1 ? 'is' : 'are');

const sooner = (a: Instant | undefined, b: Instant | undefined): Instant | undefined =>
  a === undefined ? b : b === undefined ? a : Math.min(a, b);
