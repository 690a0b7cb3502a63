/** A plan for programs: the shape that contract.md promises, instants in ISO 8601, absent fields left out. */

import { type ObjectRef, type RefJson, refJson } from '../domain/objects.js';
import { withoutTokensIn } from '../domain/secret.js';
import { formatInstant } from '../domain/time.js';
import type { Forecast } from '../plan/forecast.js';
import type { Finding, Plan, Step, Summary, Waiting } from '../plan/plan.js';

export interface PlanDocument {
  readonly apiVersion: Plan['apiVersion'];
  readonly kind: Plan['kind'];
  readonly project: string;
  readonly selection?: string;
  readonly digest: string;
  readonly basedOn: Plan['basedOn'];
  readonly now: string;
  readonly summary: Summary;
  readonly steps: readonly WithRefJson<Step>[];
  readonly findings: readonly FindingDocument[];
  readonly waiting: readonly WaitingDocument[];
  readonly approvals: readonly string[];
  readonly forecast?: readonly ForecastDocument[];
}

type WaitingDocument = WithRefJson<Omit<Waiting, 'until'>> & { readonly until?: string };

export type WithRefJson<Part> = Omit<Part, 'object'> & { readonly object: RefJson };
export type FindingDocument = Omit<Finding, 'object'> & { readonly object: RefJson | undefined };

/** The same with the object's name as its document has it. */
export const withRefJson = <Part extends { readonly object: ObjectRef }>(part: Part): WithRefJson<Part> => ({
  ...part,
  object: refJson(part.object),
});

export const findingJson = (finding: Finding): FindingDocument => ({
  ...finding,
  object: finding.object && refJson(finding.object),
});

/** Flags that a finding advises are those of `apply`: where `run` or a server says it, the command is named too. */
export const adviceNamed = (message: string): string =>
  message.replace(/(?<!keywright [a-z]+ )--(?=(?:allow-removals|take-over-sinks)\b)/g, 'keywright apply --');

/** Holds everything the plan does, in a fixed order of keys; `JSON.stringify` gives the same bytes for the same plan. */
export const planJson = (plan: Plan, forecast?: readonly Forecast[]): PlanDocument =>
  withoutTokensIn({
    apiVersion: plan.apiVersion,
    kind: plan.kind,
    project: plan.project,
    ...(plan.selection !== undefined && { selection: plan.selection }),
    digest: plan.digest,
    basedOn: plan.basedOn,
    now: formatInstant(plan.now),
    summary: plan.summary,
    steps: plan.steps.map(withRefJson),
    findings: plan.findings.map(findingJson),
    waiting: plan.waiting.map(waitingJson),
    approvals: plan.approvals,
    ...(forecast && { forecast: forecast.map(forecastJson) }),
  });

export type ForecastDocument = WithRefJson<Omit<Forecast, 'at'>> & { readonly at: string };

export const forecastJson = (one: Forecast): ForecastDocument => ({
  ...withRefJson(one),
  at: formatInstant(one.at),
});

export const waitingJson = ({ object, reason, until, message }: Waiting): WaitingDocument => ({
  object: refJson(object),
  reason,
  ...(until === undefined ? {} : { until: formatInstant(until) }),
  message,
});
