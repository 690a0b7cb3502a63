/**
 * Drift: a plan read the other way round. What differs from the declarations, whether live or the documents moved,
 * since when, and through whom.
 */

import { refText } from '../domain/objects.js';
import type { Instant } from '../domain/time.js';
import { type Divergence, divergencesOf } from './divergence.js';
import type { Finding, Plan, PlanInput, Step } from './plan.js';
import { isAsItShouldBe, type SinkState, sinkStatesOf } from './sink-states.js';

/** Why live and declared differ, as far as the audit log and the documents tell. */
export type Cause =
  /** The live object was changed. */
  | { readonly since: Instant; readonly actor: string; readonly path: string }
  /** The documents moved; the live object was not touched. */
  | { readonly documents: true };

/** `drifted`: the live store changed since the last apply. `not-applied`: the documents changed, or an apply has not finished. */
export type DriftStatus = 'drifted' | 'not-applied';

export type DriftStep = Step & { readonly status: DriftStatus; readonly cause?: Cause };

export interface Difference extends Omit<Divergence, 'shownBy'> {
  readonly status: DriftStatus;
  readonly cause?: Cause;
  /** Of a key that is live: its sinks that do not hold the current version, and what they hold. */
  readonly sinks?: readonly SinkState[];
}

export interface Drift extends Omit<Plan, 'kind' | 'steps'> {
  readonly kind: 'Drift';
  /** None: every declared object is live as declared and delivered where declared, and nothing else of the project's is live. */
  readonly differences: readonly Difference[];
  readonly steps: readonly DriftStep[];
  /** The status that it is limited to (`--only`); absent when it is not. */
  readonly only?: DriftStatus;
}

export interface DriftDetails {
  readonly reviewed?: readonly Finding[];
  /** What the plan was made from. */
  readonly seen?: Pick<PlanInput, 'subjects' | 'tokens'>;
}

/** By key, as in `ApiKey/billing-prod`. */
function wrongSinksOf({
  subjects,
  tokens,
}: Pick<PlanInput, 'subjects' | 'tokens'>): ReadonlyMap<string, readonly SinkState[]> {
  return new Map(
    subjects.flatMap(({ ref, live, receipts }) => {
      const wrong = live ? sinkStatesOf(live, receipts, tokens).filter((one) => !isAsItShouldBe(one)) : [];
      return wrong.length > 0 ? [[refText(ref), wrong] as const] : [];
    }),
  );
}

/**
 * `causes` by object, as in `ApiKey/billing-prod`; an object without one differs for reasons that were not recorded.
 * `reviewed` is reported beside what guards say, and is no drift.
 */
export function drift(
  plan: Plan,
  causes: ReadonlyMap<string, Cause>,
  { reviewed = [], seen }: DriftDetails = {},
): Drift {
  const sinks = seen ? wrongSinksOf(seen) : new Map<string, readonly SinkState[]>();
  const differences = differencesOf(plan, causes).map((one): Difference => {
    const own = one.object && sinks.get(refText(one.object));
    return own ? { ...one, sinks: own } : one;
  });
  const byObject = new Map(
    differences.flatMap((one) => (one.object ? [[refText(one.object), one] as const] : [])),
  );
  const steps = plan.steps.map((step): DriftStep => {
    const name = refText(step.object);
    const cause = causes.get(name);
    const status = byObject.get(name)?.status ?? 'drifted';
    return cause === undefined ? { ...step, status } : { ...step, status, cause };
  });
  const known = new Set(plan.findings.map(nameOf));
  const isNew = (one: Finding): boolean => !known.has(nameOf(one));
  const findings = [...plan.findings, ...reviewed.filter(isNew)];
  return { ...plan, kind: 'Drift', differences, steps, findings };
}

const nameOf = ({ code, object }: Finding): string => `${code} ${object ? refText(object) : ''}`;

/** The divergences of what a plan has to do, to say and to wait for, each with its status and cause. */
export const differencesOf = (
  plan: Pick<Plan, 'steps' | 'findings' | 'waiting'>,
  causes: ReadonlyMap<string, Cause>,
): readonly Difference[] =>
  divergencesOf(plan).map(({ object, reason, message }) => {
    const cause = object && causes.get(refText(object));
    const status = statusOf(reason, cause);
    return { object, reason, message, status, ...(cause && { cause }) };
  });

/** What is said of one status alone. The summary stays that of the whole. */
export function driftOnly(drift: Drift, only: DriftStatus | undefined): Drift {
  if (only === undefined) return drift;
  const differences = drift.differences.filter(({ status }) => status === only);
  const left = new Set(
    drift.differences.flatMap(({ object, status }) => (object && status !== only ? [refText(object)] : [])),
  );
  const isMeant = ({ object }: Pick<Finding, 'object'>): boolean =>
    object === undefined || !left.has(refText(object));
  return {
    ...{ ...drift, only, differences },
    steps: drift.steps.filter(isMeant),
    findings: drift.findings.filter(isMeant),
    waiting: drift.waiting.filter(isMeant),
  };
}

/** These come about while the documents are unchanged, unless an apply has yet to finish. */
const BY_APPLY: ReadonlySet<Divergence['reason']> = new Set<Divergence['reason']>([
  'Undelivered',
  'EnvelopeLost',
  'ExpiryExceedsDeclaration',
  'DeclaredEndPassed',
  'SinkUnverifiable',
  'RefreshDue',
  'RemovalGuard',
  'EmptiedConfiguration',
  'TooFewAdministrators',
]);

const statusOf = (reason: Divergence['reason'], cause: Cause | undefined): DriftStatus => {
  if (cause !== undefined) return 'documents' in cause ? 'not-applied' : 'drifted';
  return BY_APPLY.has(reason) ? 'not-applied' : 'drifted';
};
