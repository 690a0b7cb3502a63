/** A plan for programs: the shape that contract.md promises, instants in ISO 8601, absent fields left out. */
import { formatInstant } from '../domain/time.js';
import type { Finding, Plan, Step, Summary, Waiting } from '../plan/plan.js';

export interface PlanDocument {
  readonly apiVersion: Plan['apiVersion'];
  readonly kind: Plan['kind'];
  readonly project: string;
  readonly digest: string;
  readonly basedOn: Plan['basedOn'];
  readonly now: string;
  readonly summary: Summary;
  readonly steps: readonly Step[];
  readonly findings: readonly Finding[];
  readonly waiting: readonly WaitingDocument[];
  readonly approvals: readonly string[];
}

type WaitingDocument = Omit<Waiting, 'until'> & { readonly until?: string };

/** Holds everything the plan does, in a fixed order of keys; `JSON.stringify` gives the same bytes for the same plan. */
export const planJson = (plan: Plan): PlanDocument => ({
  apiVersion: plan.apiVersion,
  kind: plan.kind,
  project: plan.project,
  digest: plan.digest,
  basedOn: plan.basedOn,
  now: formatInstant(plan.now),
  summary: plan.summary,
  steps: plan.steps,
  findings: plan.findings,
  waiting: plan.waiting.map(waitingJson),
  approvals: plan.approvals,
});

export const waitingJson = ({ object, reason, until, message }: Waiting): WaitingDocument => ({
  object,
  reason,
  ...(until === undefined ? {} : { until: formatInstant(until) }),
  message,
});
