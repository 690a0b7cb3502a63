/**
 * The sequences of steps. An arrow is `dependsOn`:
 *
 *     rollOut    issue ─▶ deliver a ─▶ confirm a ─┐
 *                  └────▶ deliver b ─▶ confirm b ─┴▶ promote
 *
 *     A refresh comes after promote, for each thing that sinks of the key say has to be started again.
 *
 *     handOver   confirm a ─┐                (the touch: no stale write can land after it)
 *                confirm b ─┴▶ revoke ─▶ confirm b after        (b cannot compare: read once more)
 */
import { type SinkDeclaration, type SinkId, sinkIdOf } from '../domain/kinds/index.js';
import { type Expectation, type Fingerprint, REVISION_ONLY, type Receipt } from '../domain/live.js';
import { type ObjectRef, refText } from '../domain/objects.js';
import { unreachable } from '../domain/result.js';
import { refreshTargetId, refreshTargetsOf } from '../domain/sinks/refresh-target.js';
import { abilityAt, ableSinks, cannotCompare, isUnseen } from './abilities.js';
import type { Effect, Step, StepId, Subject } from './plan.js';
import type { StepReason } from './reasons.js';

export const stepOf = (
  object: ObjectRef,
  effect: Effect,
  why: { readonly reason: StepReason; readonly dependsOn?: readonly StepId[] },
): Step => ({
  id: stepId(object, effectText(effect)),
  ...effect,
  object,
  reason: why.reason,
  dependsOn: why.dependsOn ?? [],
});

const stepId = (object: ObjectRef, effect: string): StepId => `${refText(object)} ${effect}`;

/** The id that a step on the object itself has, if the plan has one. */
export const objectStepId = (object: ObjectRef, action: 'delete' | 'update'): StepId =>
  stepId(object, action);

function effectText(effect: Effect): string {
  switch (effect.action) {
    case 'create':
    case 'update':
    case 'adopt':
    case 'delete':
      return effect.action;
    case 'issue':
    case 'extend':
    case 'promote':
      return `${effect.action} ${effect.detail.generation}`;
    case 'deliver':
      return `deliver ${effect.detail.generation} ${sinkIdOf(effect.detail.sink)}`;
    case 'confirm':
      return `confirm ${effect.detail.generation} ${effect.detail.sink}${effect.detail.isAfter ? ' after' : ''}`;
    case 'refresh':
      return `refresh ${effect.detail.generation} ${refreshTargetId(effect.detail.target)}`;
    case 'withdraw':
      return `withdraw ${effect.detail.sink}`;
    case 'revoke':
      return `revoke ${effect.detail.generations.join(',')}`;
    default:
      return unreachable(effect);
  }
}

export interface Rollout {
  readonly object: ObjectRef;
  readonly generation: number;
  readonly reason: StepReason;
  /** None: the secret waits for a claim. */
  readonly sinks: readonly SinkDeclaration[];
  readonly receipts: Subject['receipts'];
  /** Of the version, when it exists already and its rollout is resumed. */
  readonly fingerprint: Fingerprint | undefined;
  readonly dependsOn: readonly StepId[];
}

/** Steps that bring a version to every sink and make it current; `issue` again gives the same secret. */
export function rollOut(rollout: Rollout): readonly Step[] {
  const { object, generation, reason, sinks, dependsOn } = rollout;
  const sealedTo = sinks.length === 0 ? 'claim' : 'reconciler';
  const issue = stepOf(object, { action: 'issue', detail: { generation, sealedTo } }, { reason, dependsOn });
  const steps: Step[] = [issue];
  const confirmed: StepId[] = [];
  for (const sink of sinks) {
    const deliver = deliverTo(sink, rollout, issue.id);
    if (deliver) steps.push(deliver);
    const confirm = confirmAt(sink, rollout, [deliver?.id ?? issue.id]);
    steps.push(confirm);
    confirmed.push(confirm.id);
  }
  const detail = { generation, sinks: sinks.map(sinkIdOf) };
  const after = sinks.length === 0 ? [issue.id] : confirmed;
  const promote = stepOf(object, { action: 'promote', detail }, { reason, dependsOn: after });
  const refreshes = refreshTargetsOf(sinks).map((target) =>
    stepOf(
      object,
      { action: 'refresh', detail: { generation, target } },
      { reason, dependsOn: [promote.id] },
    ),
  );
  return [...steps, promote, ...refreshes];
}

/** Undefined when the sink holds the version already, as after a crash. */
function deliverTo(sink: SinkDeclaration, rollout: Rollout, issue: StepId): Step | undefined {
  const { object, generation, reason, receipts, fingerprint } = rollout;
  const receipt = receipts.get(sinkIdOf(sink));
  if (receipt?.kind === 'holds' && receipt.fingerprint === fingerprint) return undefined;
  const detail = { generation, sink, expected: expectation(sinkIdOf(sink), receipt) };
  return stepOf(object, { action: 'deliver', detail }, { reason, dependsOn: [issue] });
}

/** Exactly what the plan saw: a write over anything else would be a choice that was not approved. */
function expectation(sink: SinkId, receipt: Receipt | undefined): Expectation {
  if (receipt?.kind !== 'holds') return { mayBeMissing: true, fingerprints: [] };
  const { fingerprint, revision } = receipt;
  // Where no value is shown, what was seen is the revision, whatever was recorded of it.
  const isByRevision = revision !== undefined && abilityAt(sink, receipt)?.read === 'revision';
  return { mayBeMissing: false, fingerprints: [isByRevision ? `${REVISION_ONLY}${revision}` : fingerprint] };
}

const confirmAt = (
  sink: SinkDeclaration,
  { object, generation, reason }: Pick<Rollout, 'object' | 'generation' | 'reason'>,
  dependsOn: readonly StepId[],
): Step =>
  stepOf(object, { action: 'confirm', detail: { generation, sink: sinkIdOf(sink) } }, { reason, dependsOn });

export interface Handover {
  readonly object: ObjectRef;
  readonly generation: number;
  readonly predecessors: readonly number[];
  readonly reason: StepReason;
  readonly sinks: readonly SinkDeclaration[];
  readonly receipts: Subject['receipts'];
  readonly dependsOn: readonly StepId[];
}

export function handOver(handover: Handover): readonly Step[] {
  const { object, predecessors, reason, sinks, dependsOn } = handover;
  const touches = sinks.map((sink) => confirmAt(sink, handover, dependsOn));
  const after = touches.length === 0 ? dependsOn : touches.map((step) => step.id);
  const end = revoke(object, predecessors, { reason, dependsOn: after });
  return [...touches, end, ...readAfter(handover, end.id)];
}

/** Where a late write could have landed between the touch and the end of the older version. */
export const readAfter = (
  handover: Pick<Handover, 'object' | 'generation' | 'reason' | 'sinks' | 'receipts'>,
  end: StepId,
): readonly Step[] =>
  ableSinks(handover)
    .filter((one) => cannotCompare(one) && !isUnseen(one))
    .map(({ id: sink }) => {
      const detail = { generation: handover.generation, sink, isAfter: true as const };
      return stepOf(
        handover.object,
        { action: 'confirm', detail },
        { reason: handover.reason, dependsOn: [end] },
      );
    });

export const revoke = (
  object: ObjectRef,
  generations: readonly number[],
  why: { readonly reason: StepReason; readonly dependsOn?: readonly StepId[] },
): Step => stepOf(object, { action: 'revoke', detail: { generations } }, why);
