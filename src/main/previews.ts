/** Gives the HTTP layer the planner, over what a store knows of what was applied last. */

import { ok } from '../domain/result.js';
import type { Previews } from '../http/dependencies.js';
import { type AppliedSources, driftAsApplied, planAsApplied } from '../reconcile/as-applied.js';
import { driftJson } from '../render/drift-text.js';
import { planJson } from '../render/plan-json.js';

export const previewsOver = (sources: AppliedSources): Previews => ({
  plan: async (whose) => {
    const plan = await planAsApplied(sources, whose);
    return plan.ok ? ok(planJson(plan.value)) : plan;
  },
  drift: async (whose) => {
    const drift = await driftAsApplied(sources, whose);
    return drift.ok ? ok(driftJson(drift.value)) : drift;
  },
});
