/** Gather and decide: the one function behind `plan`, `apply`, `drift` and every other preview. */
import type { Result } from '../domain/result.js';
import { ok } from '../domain/result.js';
import { type Gathering, gather, type Observation } from '../observe/gather.js';
import type { Plan } from '../plan/plan.js';
import { plan } from '../plan/plan-changes.js';

export interface Preview {
  readonly plan: Plan;
  readonly observation: Observation;
}

export async function preview(gathering: Gathering): Promise<Result<Preview>> {
  const observation = await gather(gathering);
  return observation.ok
    ? ok({ plan: plan(observation.value.input), observation: observation.value })
    : observation;
}
