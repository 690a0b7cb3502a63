/** Gather and decide: the one function behind `plan`, `apply`, `drift` and every other preview. */

import { refText } from '../domain/objects.js';
import type { Result } from '../domain/result.js';
import { ok } from '../domain/result.js';
import { type Gathered, type Gathering, gather } from '../observe/gather.js';
import type { Plan, Step } from '../plan/plan.js';
import { plan } from '../plan/plan-changes.js';

export interface Preview extends Gathered {
  readonly plan: Plan;
}

export async function preview(gathering: Gathering): Promise<Result<Preview>> {
  const gathered = await gather(gathering);
  if (!gathered.ok) return gathered;
  const made = plan(gathered.value.input);
  const renamed = new Set(made.steps.flatMap(formerNames));
  const { isLive } = gathered.value;
  // Documents must follow a rename: by the old name they would mean nothing afterwards.
  return ok({
    ...gathered.value,
    plan: made,
    isLive: (ref) => !renamed.has(refText(ref)) && isLive(ref),
  });
}

const formerNames = (step: Step): readonly string[] =>
  step.action === 'update' && step.detail.former ? [refText(step.detail.former)] : [];
