/**
 * U1: where the plan does not include API access, keys, personal access tokens and what they were exchanged for are
 * refused; people who sign in and the root token do, so that an owner can change the plan. Known here at once
 * when it is changed here, and within a second of the next call when it is changed elsewhere.
 */

import { API_ACCESS, entitlementsOf, type Plan } from '../domain/billing-plan.js';
import { fault } from '../domain/errors.js';
import type { Principal } from '../domain/principal.js';
import { fail, ok, type Result } from '../domain/result.js';
import { type DurationMs, SECOND_MS } from '../domain/time.js';
import type { Accounts } from '../ports/accounts.js';
import type { Clock } from '../ports/clock.js';

export interface Entitlements {
  /** From memory, without reading the account. */
  includesApi(): boolean;
  /** `upgrade_required` for who comes by what the plan does not include. */
  admit(principal: Principal): Promise<Result<void>>;
  /** Reads it again. */
  refresh(): Promise<Result<Plan>>;
}

const FRESH_MS: DurationMs = SECOND_MS;

interface Gated {
  readonly accounts: Pick<Accounts, 'account'>;
  readonly clock: Clock;
  /** `KEYWRIGHT_PLAN`: takes precedence over the plan of the account. */
  readonly fixed?: Plan | undefined;
}

/** The faults of reading the account. */
export async function openEntitlements({ accounts, clock, fixed }: Gated): Promise<Result<Entitlements>> {
  let plan: Plan;
  let readAtMs = Number.NEGATIVE_INFINITY;
  const refresh = async (): Promise<Result<Plan>> => {
    if (fixed !== undefined) return ok(fixed);
    const startedMs = clock.monotonicMs();
    const account = await accounts.account();
    if (!account.ok) return account;
    plan = account.value.plan;
    readAtMs = startedMs;
    return ok(plan);
  };
  const first = await refresh();
  if (!first.ok) return first;
  plan = first.value;
  const includesApi = (): boolean => {
    if (clock.monotonicMs() - readAtMs > FRESH_MS) void refresh();
    return entitlementsOf(plan).includes(API_ACCESS);
  };
  return ok({
    includesApi,
    refresh,
    admit: async (principal) => {
      if (!isByApi(principal)) return ok(undefined);
      if (clock.monotonicMs() - readAtMs > FRESH_MS) {
        const known = await refresh();
        if (!known.ok) return known;
      }
      return includesApi() ? ok(undefined) : fail(UPGRADE);
    },
  });
}

const UPGRADE = fault(
  'upgrade_required',
  'the plan of this account does not include API access; an owner can change it with PATCH /accounts/current',
);

/** By a key or a personal access token, or by what one was exchanged for. */
const isByApi = ({ credential: { kind, parent } }: Principal): boolean =>
  [kind, parent?.kind].some((one) => one === 'key' || one === 'personal');
