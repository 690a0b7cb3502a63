/**
 * What keeps live from being as it is declared: every step of a plan, and beside them what a guard refuses or what
 * has to wait. An older version that runs through its hand-over is called for, and so no divergence. Pure.
 */
import type { LiveObject } from '../domain/live.js';
import { nameBeforeReplacement } from '../domain/metadata.js';
import { type ObjectRef, refText } from '../domain/objects.js';
import type { Finding, Plan, PlanInput, Step, Subject, Waiting } from './plan.js';
import { type FindingCode, STEP_REASONS, type StepReason, type WaitingReason } from './reasons.js';

export interface Divergence {
  /** Undefined for what is wrong with the plan as a whole. */
  readonly object: ObjectRef | undefined;
  readonly reason: StepReason | FindingCode | WaitingReason;
  readonly message: string;
  readonly shownBy: 'step' | 'finding' | 'waiting';
}

/** Warnings of which the object is not live as declared; every other one accompanies a step or is advice. */
const DIVERGENT_FINDINGS: ReadonlySet<FindingCode> = new Set([
  'KeyExpired',
  'GuestExpired',
  'DeactivatedManually',
  'OwnerDeactivated',
]);

/** What waits for evidence of a hand-over that runs as declared, or for the first claim, is as it should be. */
const DIVERGENT_WAITS: ReadonlySet<WaitingReason> = new Set([
  'SinkUnknown',
  'SinkElsewhere',
  'DependentsRemain',
  'TooManyVersions',
  'Suspended',
  'NeedsRename',
  'Expired',
]);

/** Each object once: by its first step, else by what a guard says of it, else by what it waits for. */
export function divergencesOf({
  steps,
  findings,
  waiting,
}: Pick<Plan, 'steps' | 'findings' | 'waiting'>): readonly Divergence[] {
  const all: readonly Divergence[] = [
    ...steps.map(byStep),
    ...findings.filter(isDivergent).map(byFinding),
    ...waiting.filter(({ reason }) => DIVERGENT_WAITS.has(reason)).map(byWaiting),
  ];
  const seen = new Set<string>();
  return all.filter(({ object }) => {
    if (object === undefined) return true;
    const name = refText(object);
    return !seen.has(name) && seen.add(name);
  });
}

const isDivergent = ({ severity, code }: Finding): boolean =>
  severity === 'refuse' || DIVERGENT_FINDINGS.has(code);

const byStep = ({ object, reason }: Step): Divergence => ({
  ...{ object, reason, message: STEP_REASONS[reason] },
  shownBy: 'step',
});

const byFinding = ({ object, code, message }: Finding): Divergence => ({
  ...{ object, reason: code, message },
  shownBy: 'finding',
});

const byWaiting = ({ object, reason, message }: Waiting): Divergence => ({
  ...{ object, reason, message },
  shownBy: 'waiting',
});

/**
 * What an apply of the plan leaves undone that neither the plan nor time brings about: something has to be done by a
 * person, or at a sink. What a guard refuses is not among them.
 */
export function unmetBy(
  plan: Pick<Plan, 'steps' | 'findings' | 'waiting'>,
  { subjects }: Pick<PlanInput, 'subjects'>,
): readonly Divergence[] {
  const byName = new Map(subjects.map((subject) => [refText(subject.ref), subject]));
  const findings = plan.findings.filter((one) => {
    const subject = one.object && byName.get(refText(one.object));
    return one.severity === 'warn' && subject !== undefined && needsPerson(one.code, subject);
  });
  const replaced = new Set(plan.steps.flatMap(formerText));
  const waiting = plan.waiting.filter(({ object, reason, until }) => {
    if (UNMET_WAITS.has(reason)) return true;
    const dependents = byName.get(refText(object))?.dependents ?? [];
    return (
      until === undefined &&
      UNMET_UNLESS_DATED.has(reason) &&
      !dependents.some(({ ref }) => isSetAside(ref) || replaced.has(refText(ref)))
    );
  });
  return divergencesOf({ steps: [], findings, waiting });
}

/** A key that runs out until its hand-over is proven lets go of what it needs by then. */
const isSetAside = ({ kind, name }: ObjectRef): boolean =>
  kind === 'ApiKey' && nameBeforeReplacement(name) !== undefined;

const formerText = (step: Step): readonly string[] =>
  step.action === 'update' && step.reason === 'ReplacementForced' && step.detail.former
    ? [refText(step.detail.former)]
    : [];

const UNMET_WAITS: ReadonlySet<WaitingReason> = new Set([
  'SinkUnknown',
  'SinkElsewhere',
  'NeedsRename',
  'Expired',
]);
/** These come about by themselves where the end of what they wait for is known. */
const UNMET_UNLESS_DATED: ReadonlySet<WaitingReason> = new Set(['DependentsRemain', 'TooManyVersions']);

/** An emergency stop is meant, as long as nothing is due of the key; a guest whose time is over was let in as declared. */
function needsPerson(code: FindingCode, { desired, live }: Subject): boolean {
  if (code === 'GuestExpired') return desired?.digest !== live?.digest;
  if (code === 'DeactivatedManually' || code === 'OwnerDeactivated') return !isDelivered(live);
  return DIVERGENT_FINDINGS.has(code);
}

const isDelivered = (live: LiveObject | undefined): boolean => {
  const newest = live?.key?.versions.at(-1);
  return newest?.promotedAt !== undefined && newest.revokedAt === undefined;
};
