/** Drift for people and for programs: what differs, since when, through whom, and what would mend it. */

import { refJson, refText } from '../domain/objects.js';
import { withoutTokensIn } from '../domain/secret.js';
import { formatInstant } from '../domain/time.js';
import type { Cause, Difference, Drift, DriftStatus, DriftStep } from '../plan/drift.js';
import { sinkStatePhrase } from '../plan/sink-states.js';
import { escaped } from './markdown.js';
import { type Group, groupsOf, summaryText } from './plan-groups.js';
import { findingJson, waitingJson, withRefJson } from './plan-json.js';
import {
  changesSection,
  findingsSection,
  noteLine,
  objectLine,
  type ViewOptions,
  waitingSection,
} from './plan-sections.js';
import { blocksText, linesOf, type Section, sectionsMarkdown } from './sections.js';
import { counted, painter, printable, sinkText, type TextOptions } from './text-format.js';

/** No newline at the end. */
export function driftText(drift: Drift, options: TextOptions & ViewOptions): string {
  const [differences, ...outlook] = sectionsOf(drift, options);
  const end =
    drift.steps.length === 0 ? [] : [[['bold', 'Drift:'] as const, ` ${summaryText(drift.summary)}`]];
  const blocks = [[[headline(drift)], ...linesOf(differences)], linesOf(...outlook), end];
  return blocksText(blocks, painter(options));
}

/** A table for a pull request or a ticket. No newline at the end. */
export const driftMarkdown = (drift: Drift, isVerbose?: boolean): string =>
  sectionsMarkdown(
    `### Keywright drift of ${escaped(drift.project)}\n\n${headline(drift)}`,
    sectionsOf(drift, { now: drift.now, isVerbose }),
  );

function sectionsOf(drift: Drift, options: ViewOptions): readonly [Section, Section, Section] {
  const changes = changesSection(groupsOf(drift.steps), (group) => whatAndWhy(ofGroup(group, drift)));
  const others = withoutSteps(drift).map((one) => ({ ...one, object: nameOf(one), notes: whatAndWhy(one) }));
  return [
    {
      ...changes,
      rows: [
        ...changes.rows,
        ...others.map(({ object, reason, notes }) => ['', object, reason, '', notes.join('\n')]),
      ],
      lines: [
        ...linesOf(changes),
        ...others.flatMap((one) => [objectLine(['red', '  ≠'], one), ...one.notes.map(noteLine)]),
      ],
    },
    findingsSection(drift.findings, options),
    waitingSection(drift.waiting, options),
  ];
}

const nameOf = ({ object }: Difference): string =>
  object === undefined ? 'the plan as a whole' : printable(refText(object));

/** What a guard refuses or what has to wait, and no step would mend. */
function withoutSteps({ differences, steps }: Drift): readonly Difference[] {
  const mended = new Set(steps.map(({ object }) => refText(object)));
  return differences.filter(({ object }) => object === undefined || !mended.has(refText(object)));
}

function headline({ differences, only }: Drift): string {
  if (differences.length === 0) return only === undefined ? NO_DRIFT : `Nothing is ${STATUS_TEXT[only]}.`;
  const count = (status: DriftStatus): string => {
    const { length } = differences.filter((one) => one.status === status);
    return length === 0 ? '' : `${length} ${STATUS_TEXT[status]}`;
  };
  const counts = [count('drifted'), count('not-applied')].filter((text) => text !== '');
  const differ = `${counted(differences.length, 'object')} ${differences.length === 1 ? 'differs' : 'differ'}`;
  return `${differ} from the documents: ${counts.join(', ')}.`;
}

const NO_DRIFT = 'No drift: the live store matches the documents.';
const STATUS_TEXT: Readonly<Record<DriftStatus, string>> = {
  drifted: 'drifted',
  'not-applied': 'not applied yet',
};

/** Of the object that the group is about. */
function ofGroup(
  { steps }: Group<DriftStep>,
  { differences }: Drift,
): Pick<Difference, 'reason' | 'status' | 'cause' | 'sinks'> {
  const [step] = steps;
  const found = step && differences.find(({ object }) => object && refText(object) === refText(step.object));
  return found ?? { reason: step?.reason ?? 'DeclarationChanged', status: step?.status ?? 'drifted' };
}

/** What the sinks hold instead, a line each, and what brought the difference about. */
const whatAndWhy = (one: Pick<Difference, 'reason' | 'status' | 'cause' | 'sinks'>): readonly string[] => [
  ...(one.sinks ?? []).map((sink) => `${sinkText(sink.sink)}: ${printable(sinkStatePhrase(sink))}`),
  causeText(one),
];

const causeText = (one: Pick<Difference, 'reason' | 'status' | 'cause'>): string =>
  `${STATUS_TEXT[one.status]}: ${whyText(one)}`;

function whyText({ reason, cause, status }: Pick<Difference, 'reason' | 'status' | 'cause'>): string {
  if (cause === undefined)
    return UNRECORDED[reason] ?? (status === 'drifted' ? UNEXPLAINED : 'no apply has finished it yet');
  if ('documents' in cause) return 'the documents changed';
  return `since ${formatInstant(cause.since)}, by ${printable(cause.actor)} through ${printable(cause.path)}`;
}

const UNEXPLAINED = 'cause unknown: no entry in the audit log explains it';
const BY_TIME = 'it became due; no change was made';
const AT_SINK = 'the sink was changed outside Keywright, so the audit log has no entry for it';

/** What comes about without an entry in the audit log. */
const UNRECORDED: Readonly<Partial<Record<Difference['reason'], string>>> = {
  NoCurrentVersion: BY_TIME,
  RotationDue: BY_TIME,
  HandedOver: BY_TIME,
  DeadlinePassed: BY_TIME,
  DeclaredEndPassed: BY_TIME,
  PredecessorExpired: BY_TIME,
  RemovedKeyEnded: BY_TIME,
  KeyExpired: BY_TIME,
  GuestExpired: BY_TIME,
  Expired: BY_TIME,
  ManyExpiries: BY_TIME,
  SinkMissing: AT_SINK,
  SinkDiffers: AT_SINK,
  SinkChanged: 'the sink was changed since Keywright wrote it, so the audit log has no entry for it',
  SinkWentBack: 'a write that began earlier reached the sink after the delivery',
  ConnectionChanged: 'the address of its Connection changed',
  Quarantined: AT_SINK,
  SinkUnknown: 'the sink cannot be read',
  RemovalGuard: 'the documents changed',
  EmptiedConfiguration: 'the documents changed',
  TooFewAdministrators: 'the documents changed',
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
    ...(drift.only !== undefined && { only: drift.only }),
    summary: drift.summary,
    differences: drift.differences.map(differenceJson),
    steps: drift.steps.map(driftStepJson),
    findings: drift.findings.map(findingJson),
    waiting: drift.waiting.map(waitingJson),
    approvals: drift.approvals,
  });

const driftStepJson = ({ cause, ...step }: DriftStep) => ({
  ...withRefJson(step),
  ...(cause && { cause: causeJson(cause) }),
});

/** Without an object, it is about the plan as a whole. */
export const differenceJson = ({ object, cause, ...one }: Difference) => ({
  ...(object && { object: refJson(object) }),
  ...one,
  ...(cause && { cause: causeJson(cause) }),
});

export const causeJson = (cause: Cause) =>
  'documents' in cause ? cause : { ...cause, since: formatInstant(cause.since) };
