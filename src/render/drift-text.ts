/** Drift for people and for programs: what differs, since when, through whom, and what would mend it. */
import { withoutTokensIn } from '../domain/secret.js';
import { formatInstant } from '../domain/time.js';
import type { Drift, DriftStep } from '../plan/drift.js';
import type { StepReason } from '../plan/reasons.js';
import { escaped } from './markdown.js';
import { type Group, groupsOf, summaryText } from './plan-groups.js';
import { findingJson, waitingJson, withRefJson } from './plan-json.js';
import { byImportance, cells, findingsSection, waitingSection } from './plan-markdown.js';
import { groupText, outlookTexts, type PlanTextOptions, paragraphs } from './plan-text.js';
import { sectionsMarkdown } from './sections.js';
import { counted, painter, printable } from './text-format.js';

/** No newline at the end. */
export function driftText(drift: Drift, options: PlanTextOptions): string {
  const paint = painter(options);
  const groups = groupsOf(drift.steps);
  const entries = groups.map(
    (group) => `${groupText(group, paint)}\n      ${paint('dim', causeText(group))}`,
  );
  const end = groups.length === 0 ? [] : [`${paint('bold', 'Drift:')} ${summaryText(drift.summary)}`];
  return paragraphs([headline(groups), ...entries], outlookTexts(drift, options), end);
}

/** A table for a pull request or a ticket. No newline at the end. */
export function driftMarkdown(drift: Drift, isVerbose?: boolean): string {
  const groups = groupsOf(drift.steps);
  const rows = byImportance(groups).map((group) => [...cells(group), causeText(group)]);
  return sectionsMarkdown(`### Keywright drift of ${escaped(drift.project)}\n\n${headline(groups)}`, [
    {
      title: '',
      columns: ['', 'Object', 'Why', 'What', 'Causes'],
      rows,
      noun: 'object',
    },
    findingsSection(drift.findings),
    waitingSection(drift.waiting, { now: drift.now, isVerbose }),
  ]);
}

const headline = (groups: readonly Group<DriftStep>[]): string =>
  groups.length === 0
    ? 'No drift: the live store matches the documents.'
    : `${counted(groups.length, 'object')} ${groups.length === 1 ? 'differs' : 'differ'} from the documents. To fix this:`;

function causeText({ steps, reason }: Group<DriftStep>): string {
  const cause = steps.find((step) => step.cause !== undefined)?.cause;
  if (cause === undefined)
    return UNRECORDED[reason] ?? 'cause unknown: no entry in the audit log explains it';
  if ('documents' in cause) return 'the documents changed';
  return `since ${formatInstant(cause.since)}, by ${printable(cause.actor)} through ${printable(cause.path)}`;
}

const BY_TIME = 'it became due; no change was made';
const AT_SINK = 'the sink was changed outside Keywright, so the audit log has no entry for it';

/** What comes about without an entry in the audit log. */
const UNRECORDED: Readonly<Partial<Record<StepReason, string>>> = {
  NoCurrentVersion: BY_TIME,
  RotationDue: BY_TIME,
  HandedOver: BY_TIME,
  DeadlinePassed: BY_TIME,
  DeclaredEndPassed: BY_TIME,
  PredecessorExpired: BY_TIME,
  SinkMissing: AT_SINK,
  SinkDiffers: AT_SINK,
};

/** The shape of `planJson`, of kind Drift, each step with its cause where one is known. */
export const driftJson = (drift: Drift) =>
  withoutTokensIn({
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
