/** Gather and decide: the one function behind `plan`, `apply`, `drift` and every other preview. */
import type { Result } from '../domain/result.js';
import { ok } from '../domain/result.js';
import { type Gathered, type Gathering, gather } from '../observe/gather.js';
import type { Plan } from '../plan/plan.js';
import { plan } from '../plan/plan-changes.js';

export interface Preview extends Gathered {
  readonly plan: Plan;
}

export async function preview(gathering: Gathering): Promise<Result<Preview>> {
  const gathered = await gather(gathering);
  if (!gathered.ok) return gathered;
  return ok({ ...gathered.value, plan: plan(gathered.value.input) });
}
