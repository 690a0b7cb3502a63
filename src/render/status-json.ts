/** The state of a controller for programs: the page `/status`. Nothing secret, no stack, no cause; no list without end. */

import type { DocumentProblem, HeldBack, Status } from '../controller/status.js';
import { resultOf } from '../controller/status.js';
import { refJson } from '../domain/objects.js';
import { withoutTokensIn } from '../domain/secret.js';
import { formatInstant, type Instant } from '../domain/time.js';
import type { Cause } from '../plan/drift.js';
import { adviceNamed, findingJson, waitingJson } from './plan-json.js';

/** How many of a fleet's objects one page lists; `totals` has their number. */
const LISTED_MAX = 100;

const first = <T>(all: readonly T[]): readonly T[] => all.slice(0, LISTED_MAX);

/** Instants in ISO 8601; what is not known is null. */
export const statusJson = (status: Status) =>
  withoutTokensIn({
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
  const { plan, report, heldBack: withheld, commit } = last.outcome;
  const failed = (report?.results ?? []).filter(({ status }) => status === 'failed');
  const { findings, waiting } = plan;
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
    totals: {
      failed: failed.length,
      withheld: withheld.length,
      findings: findings.length,
      waiting: waiting.length,
    },
    failed: first(failed).map(({ step, error }) => ({ step, ...(error && { error: errorJson(error) }) })),
    withheld: first(withheld).map(heldBackJson),
    approvals: plan.approvals,
    findings: first(findings).map((one) => ({ ...findingJson(one), message: adviceNamed(one.message) })),
    waiting: first(waiting).map(waitingJson),
  };
}

const heldBackJson = ({ object, reason, steps, cause }: HeldBack) => ({
  object: refJson(object),
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
