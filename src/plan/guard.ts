/**
 * The suspicious part: looks at a finished plan, says what is wrong with it as a whole, and takes the
 * refused steps out, with everything that depends on them. What is left is safe to do.
 */
import { stateOf } from '../domain/lifecycle.js';
import { refText } from '../domain/objects.js';
import { tooFewAdministrators } from './administrators.js';
import type { Finding, PlanInput, Step, StepId, Subject } from './plan.js';
import { isRemoval } from './removal.js';

export interface Guarded {
  readonly steps: readonly Step[];
  readonly findings: readonly Finding[];
}

/** What a guard objects to, if anything. */
interface Objection {
  readonly finding: Finding;
  readonly refused: readonly Step[];
}

type Guard = (steps: readonly Step[], input: PlanInput) => Objection | undefined;

const GUARDS: readonly Guard[] = [emptiedConfiguration, removalGuard, tooFewAdministrators, manyExpiries];

export function guard(steps: readonly Step[], input: PlanInput): Guarded {
  return GUARDS.reduce<Guarded>(
    (guarded, check) => {
      const objection = check(guarded.steps, input);
      if (!objection) return guarded;
      const refused = new Set(objection.refused.map((step) => step.id));
      return {
        steps: withoutSteps(guarded.steps, refused),
        findings: [...guarded.findings, objection.finding],
      };
    },
    { steps, findings: [] },
  );
}

/**
 * The steps without those that may not be done and everything that hangs on them. Dependencies point
 * backwards, so one pass finds it.
 */
export function withoutSteps(steps: readonly Step[], refused: ReadonlySet<StepId>): readonly Step[] {
  const gone = new Set(refused);
  return steps.filter((step) => {
    if (!gone.has(step.id) && !step.dependsOn.some((id) => gone.has(id))) return true;
    gone.add(step.id);
    return false;
  });
}

const removals = (steps: readonly Step[]): readonly Step[] => steps.filter(isRemoval);

/**
 * The permission is for one run. What has to wait for its dependents, as an environment for the overlap
 * of its keys, is asked for again when it can go: the store does not tell a removal that was allowed then
 * from documents that are lost now, and an environment takes its automatic keys with it.
 */
function emptiedConfiguration(steps: readonly Step[], input: PlanInput): Objection | undefined {
  const refused = removals(steps);
  const isAllowed = (input.allowRemovals ?? 0) >= refused.length;
  if (input.totals.desired > 0 || refused.length === 0 || isAllowed) return undefined;
  return {
    refused,
    finding: refusal(
      'EmptiedConfiguration',
      `The documents declare nothing, but project ${input.project.name} has ${objects(input.totals.owned)}. ` +
        `To remove all of them, use --allow-removals ${refused.length}.`,
    ),
  };
}

function removalGuard(steps: readonly Step[], input: PlanInput): Objection | undefined {
  const { maxRemovals = '25%', maxRemovalsMin = 5 } = input.project.spec.guard;
  const refused = removals(steps);
  const limit = (Number.parseInt(maxRemovals, 10) / 100) * inReach(input);
  const isAllowed = refused.length <= (input.allowRemovals ?? 0);
  if (refused.length < maxRemovalsMin || refused.length <= limit || isAllowed) return undefined;
  return {
    refused,
    finding: refusal(
      'RemovalGuard',
      `The plan would remove ${refused.length} of ${objects(inReach(input))}, more than guard.maxRemovals (${maxRemovals}) allows. ` +
        `If this is intended, use --allow-removals ${refused.length}.`,
    ),
  };
}

/** The objects that a plan may remove. */
const inReach = ({ totals, project }: PlanInput): number =>
  totals.owned + (project.spec.unmanaged === 'remove' ? totals.unmanaged : 0);

const EXPIRIES_MIN = 5;
const EXPIRIES_SHARE = 0.25;

/** A clock that jumped ahead ends everything at once; issuing it all anew, or closing it, would only add harm. */
function manyExpiries(steps: readonly Step[], input: PlanInput): Objection | undefined {
  const subjects = new Map(input.subjects.map((subject) => [refText(subject.ref), subject]));
  const issued = steps.filter(
    (step) => step.action === 'issue' && hasExpiredUnasked(subjects.get(refText(step.object)), input),
  );
  const ended = steps.filter(({ reason }) => reason === 'DeclaredEndPassed');
  const refused = [...issued, ...(ended.length > (input.allowRemovals ?? 0) ? ended : [])];
  const limit = Math.max(EXPIRIES_MIN, EXPIRIES_SHARE * input.totals.owned);
  if (refused.length <= limit) return undefined;
  return {
    refused,
    finding: refusal(
      'ManyExpiries',
      `${refused.length} keys have expired at once, which can mean that a clock is wrong. No new versions are issued for them and none is closed. ` +
        `If the clock is right, use ${adviceFor(issued, ended)}.`,
    ),
  };
}

const adviceFor = (issued: readonly Step[], ended: readonly Step[]): string =>
  [
    ...(issued.length > 0 ? [`keywright rotate for each of the ${issued.length} keys to keep`] : []),
    ...(ended.length > 0 ? [`--allow-removals ${ended.length} for those whose declared end has passed`] : []),
  ].join(', and ');

function hasExpiredUnasked(subject: Subject | undefined, { now }: PlanInput): boolean {
  const newest = subject?.live?.key?.versions.at(-1);
  if (newest === undefined || stateOf(newest, now) !== 'expired') return false;
  const requestedAt = subject?.live?.key?.rotationRequestedAt;
  return requestedAt === undefined || requestedAt <= newest.issuedAt;
}

const refusal = (code: Finding['code'], message: string): Finding => ({
  code,
  severity: 'refuse',
  object: undefined,
  message,
});

const objects = (count: number): string => (count === 1 ? '1 live object' : `${count} live objects`);
