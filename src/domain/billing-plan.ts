/** What the account has bought. A store is on `standard` until its owner, or its operator, says otherwise. */

export const PLANS = ['basic', 'standard'] as const;
export type Plan = (typeof PLANS)[number];

export const DEFAULT_PLAN: Plan = 'standard';

/** What a plan includes, as `GET /entitlements` names it. */
export const API_ACCESS = 'api-access';

const ENTITLEMENTS: Readonly<Record<Plan, readonly string[]>> = {
  basic: [],
  standard: [API_ACCESS],
};

export const entitlementsOf = (plan: Plan): readonly string[] => ENTITLEMENTS[plan];

export const isPlan = (text: string): text is Plan => PLANS.some((plan) => plan === text);
