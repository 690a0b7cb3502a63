/** What came of a plan, step by step: the answer of `apply`, written even when some of it failed. */
import type { Fault } from '../domain/errors.js';
import type { StepId } from './plan.js';

export type StepStatus = 'succeeded' | 'failed' | 'not-attempted';

export interface StepResult {
  readonly step: StepId;
  readonly status: StepStatus;
  /** Of a failed step; of one not attempted, when there is more to say than that an earlier one failed. */
  readonly error?: Fault;
}

export interface Report {
  readonly apiVersion: 'keywright.dev/v1';
  readonly kind: 'Report';
  /** Digest of the plan. */
  readonly plan: string;
  /** One for each step, in the order of the plan. */
  readonly results: readonly StepResult[];
  readonly summary: ReportSummary;
}

export interface ReportSummary {
  readonly succeeded: number;
  readonly failed: number;
  readonly notAttempted: number;
}

/** The report on the plan with this digest. */
export function reportOf(plan: string, results: readonly StepResult[]): Report {
  const count = (status: StepStatus): number => results.filter((result) => result.status === status).length;
  return {
    apiVersion: 'keywright.dev/v1',
    kind: 'Report',
    plan,
    results,
    summary: {
      succeeded: count('succeeded'),
      failed: count('failed'),
      notAttempted: count('not-attempted'),
    },
  };
}
