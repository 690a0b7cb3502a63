/** Refreshes that an earlier run left undone, of versions that are current still: done by the next plan, or overtaken. */

import type { ObjectRef } from '../domain/objects.js';
import { type RefreshTarget, refreshTargetId } from '../domain/sinks/refresh-target.js';
import type { PlanInput, Step, StepId } from './plan.js';
import type { StepReason } from './reasons.js';
import { stepOf } from './steps.js';

export const refreshStep = (
  object: ObjectRef,
  detail: { readonly generation: number; readonly target: RefreshTarget },
  why: { readonly reason: StepReason; readonly dependsOn?: readonly StepId[] },
): Step => stepOf(object, { action: 'refresh', detail }, why);

/** Not of keys that this plan rolls out: theirs come with the promotion, and the older ones are overtaken. */
export function dueRefreshes(steps: readonly Step[], { refreshes = [] }: PlanInput): readonly Step[] {
  const rolling = new Set(steps.flatMap(({ action, object }) => (action === 'promote' ? [object.name] : [])));
  return refreshes
    .filter(({ object }) => !rolling.has(object.name))
    .map(({ object, generation, target }) =>
      refreshStep(object, { generation, target }, { reason: 'RefreshDue' }),
    );
}

export const refreshText = (target: RefreshTarget): string =>
  'exec' in target
    ? `run ${refreshTargetId(target).slice('exec '.length)}`
    : `restart ${refreshTargetId(target)}`;
