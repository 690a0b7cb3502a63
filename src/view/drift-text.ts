/** Drift for people and for programs: what differs, since when, through whom, and what would mend it. */
import { formatInstant } from '../domain/time.js';
import type { Cause, Drift, DriftStep } from '../plan/drift.js';
import { groupsOf, summaryText } from './plan-groups.js';
import { findingJson, waitingJson, withRefJson } from './plan-json.js';
import { groupText, outlookTexts, type PlanTextOptions, paragraphs } from './plan-text.js';
import { counted, painter, printable } from './words.js';

/** No newline at the end. */
export function driftText(drift: Drift, options: PlanTextOptions): string {
  const paint = painter(options);
  const groups = groupsOf(drift.steps);
  const head =
    groups.length === 0
      ? 'No drift: live matches what is declared.'
      : `${counted(groups.length, 'object')} ${groups.length === 1 ? 'differs' : 'differ'} from what is declared. To mend it:`;
  const entries = groups.map((group) => {
    const cause = group.steps.find((step) => step.cause !== undefined)?.cause;
    return `${groupText(group, paint)}\n      ${paint('dim', causeText(cause))}`;
  });
  const end = groups.length === 0 ? [] : [`${paint('bold', 'Drift:')} ${summaryText(drift.summary)}`];
  return paragraphs([head, ...entries], outlookTexts(drift, options), end);
}

function causeText(cause: Cause | undefined): string {
  if (cause === undefined) return 'cause unknown: nothing in the audit log explains it';
  if ('documents' in cause) return 'the documents changed';
  return `since ${formatInstant(cause.since)}, by ${printable(cause.actor)} through ${printable(cause.path)}`;
}

/** The shape of `planJson`, of kind Drift, each step with its cause where one is known. */
export const driftJson = (drift: Drift) => ({
  apiVersion: drift.apiVersion,
  kind: drift.kind,
  project: drift.project,
  ...(drift.selection !== undefined && { selection: drift.selection }),
  digest: drift.digest,
  basedOn: drift.basedOn,
  now: formatInstant(drift.now),
  summary: drift.summary,
  steps: drift.steps.map(driftStepJson),
  findings: drift.findings.map(findingJson),
  waiting: drift.waiting.map(waitingJson),
  approvals: drift.approvals,
});

function driftStepJson({ cause, ...step }: DriftStep) {
  if (cause === undefined) return withRefJson(step);
  return {
    ...withRefJson(step),
    cause: 'documents' in cause ? cause : { ...cause, since: formatInstant(cause.since) },
  };
}
