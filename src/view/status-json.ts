/** The state of a controller for programs: the page `/status`. Nothing secret, no stack, no cause. */
import type { DocumentProblem, Status, Withheld } from '../controller/status.js';
import { resultOf } from '../controller/status.js';
import { formatInstant, type Instant } from '../domain/time.js';
import type { Cause } from '../plan/drift.js';
import { waitingJson } from './plan-json.js';

/** Instants in ISO 8601; what is not known is null. */
export const statusJson = (status: Status) => ({
  apiVersion: 'keywright.dev/v1',
  kind: 'Status',
  role: status.role,
  since: formatInstant(status.since),
  ...(status.why !== undefined && { why: status.why }),
  lastPass: lastPassJson(status),
  lastSuccessAt: orNull(status.succeededAt),
  failing: failingJson(status),
  nextPassAt: orNull(status.nextAt),
});

const orNull = (instant: Instant | undefined): string | null =>
  instant === undefined ? null : formatInstant(instant);

function lastPassJson({ last }: Status) {
  if (last === undefined) return null;
  const { plan, report, withheld, commit } = last.outcome;
  return {
    at: formatInstant(last.at),
    tookMs: Math.round(last.tookMs),
    result: resultOf(last.outcome),
    project: plan.project,
    ...(commit && { commit: commit.id, ...(commit.trouble && { branch: errorJson(commit.trouble) }) }),
    digest: plan.digest,
    basedOn: plan.basedOn,
    summary: plan.summary,
    steps: report?.summary ?? { succeeded: 0, failed: 0, notAttempted: 0 },
    failed: (report?.results ?? [])
      .filter(({ status }) => status === 'failed')
      .map(({ step, error }) => ({ step, ...(error && { error: errorJson(error) }) })),
    withheld: withheld.map(withheldJson),
    approvals: plan.approvals,
    findings: plan.findings,
    waiting: plan.waiting.map(waitingJson),
  };
}

const withheldJson = ({ object, reason, steps, cause }: Withheld) => ({
  object,
  reason,
  steps,
  ...(cause && { cause: causeJson(cause) }),
});

const causeJson = (cause: Cause) =>
  'documents' in cause ? cause : { ...cause, since: formatInstant(cause.since) };

function failingJson({ failing }: Status) {
  if (failing === undefined) return null;
  const { since, times, failure } = failing;
  return {
    since: formatInstant(since),
    times,
    error: errorJson(failure.fault),
    problems: failure.problems.map(problemJson),
  };
}

const errorJson = ({ code, message }: { readonly code: string; readonly message: string }) => ({
  code,
  message,
});

const problemJson = ({ position, message }: DocumentProblem) => ({ ...position, message });
