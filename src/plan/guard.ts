/**
 * The suspicious part: looks at a finished plan, says what is wrong with it as a whole, and takes the
 * refused steps out, with everything that depends on them. What is left is safe to do.
 */

import { stateOf } from '../domain/lifecycle.js';
import { nameBeforeReplacement, REPLACED_BY } from '../domain/metadata.js';
import { refText } from '../domain/objects.js';
import { tooFewAdministrators } from './administrators.js';
import type { Finding, PlanInput, Step, StepId, Subject } from './plan.js';
import { countsAsRemoval, isRemoval } from './removal.js';

export interface Guarded {
  readonly steps: readonly Step[];
  readonly findings: readonly Finding[];
}

/** What a guard objects to, if anything. */
interface Objection {
  readonly finding: Finding;
  readonly refused: readonly Step[];
}

/** What `--allow-removals` has to name for the whole plan, and whether it does. */
interface Removals {
  readonly needed: number;
  readonly isAllowed: boolean;
}

type Guard = (steps: readonly Step[], input: PlanInput, removals: Removals) => Objection | undefined;

/** A wrong clock is reported before the number of those that it ends. */
const GUARDS: readonly Guard[] = [emptiedConfiguration, manyExpiries, removalGuard, tooFewAdministrators];

export function guard(steps: readonly Step[], input: PlanInput): Guarded {
  const needed = steps.filter((step) => countsAsRemoval(step) && !isSetAside(step, input)).length;
  const removals = { needed, isAllowed: needed <= (input.allowRemovals ?? 0) };
  return GUARDS.reduce<Guarded>(
    (guarded, check) => {
      const objection = check(guarded.steps, input, removals);
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

/**
 * The permission is for one run. What has to wait for its dependents, as an environment for the overlap
 * of its keys, is asked for again when it can go: the store does not tell a removal that was allowed then
 * from documents that are lost now, and an environment takes its automatic keys with it.
 */
function emptiedConfiguration(
  steps: readonly Step[],
  input: PlanInput,
  { needed, isAllowed }: Removals,
): Objection | undefined {
  const refused = steps.filter(isRemoval);
  if (input.totals.desired > 0 || refused.length === 0 || isAllowed) return undefined;
  return {
    refused,
    finding: refusal(
      'EmptiedConfiguration',
      `The documents declare nothing, but project ${input.project.name} has ${objects(input.totals.owned)}. ` +
        `To remove all of them, use --allow-removals ${needed}.`,
    ),
  };
}

function removalGuard(
  steps: readonly Step[],
  input: PlanInput,
  { needed, isAllowed }: Removals,
): Objection | undefined {
  const { maxRemovals = '25%', maxRemovalsMin = 5 } = input.project.spec.guard;
  const refused = steps.filter(countsAsRemoval);
  const counted = refused.filter((step) => !isSetAside(step, input));
  const limit = (Number.parseInt(maxRemovals, 10) / 100) * inReach(input);
  if (counted.length < maxRemovalsMin || counted.length <= limit || isAllowed) return undefined;
  return {
    refused,
    finding: refusal(
      'RemovalGuard',
      `The plan would ${whatOf(counted)} of ${objects(inReach(input))}, more than guard.maxRemovals (${maxRemovals}) allows. ` +
        `If this is intended, use --allow-removals ${needed}.`,
    ),
  };
}

/** A key that was replaced before counted then; the end of what is left of it is no removal of its own. */
const isSetAside = ({ action, object }: Step, { subjects }: PlanInput): boolean =>
  action === 'delete' &&
  nameBeforeReplacement(object.name) !== undefined &&
  subjects.some(
    ({ ref, live }) =>
      refText(ref) === refText(object) && live?.declaration.metadata.annotations?.[REPLACED_BY] !== undefined,
  );

/** `remove 6, replace 40 and end 2`; as ever where all are removed. */
function whatOf(refused: readonly Step[]): string {
  const replaced = refused.filter(({ reason }) => reason === 'ReplacementForced').length;
  const ended = refused.filter(({ action }) => action === 'revoke').length;
  const counts = [
    ['remove', refused.length - replaced - ended],
    ['replace', replaced],
    ['end', ended],
  ] as const;
  const said = counts.filter(([, count]) => count > 0).map(([verb, count]) => `${verb} ${count}`);
  return [...said.slice(0, -2), said.slice(-2).join(' and ')].join(', ');
}

/** The objects that a plan may remove. */
const inReach = ({ totals, project }: PlanInput): number =>
  totals.owned + (project.spec.unmanaged === 'remove' ? totals.unmanaged : 0);

const EXPIRIES_MIN = 5;
const EXPIRIES_SHARE = 0.25;

/** A clock that jumped ahead ends everything at once; issuing it all anew, or closing it, would only add harm. */
function manyExpiries(
  steps: readonly Step[],
  input: PlanInput,
  { needed, isAllowed }: Removals,
): Objection | undefined {
  const subjects = new Map(input.subjects.map((subject) => [refText(subject.ref), subject]));
  const issued = steps.filter(
    (step) => step.action === 'issue' && hasExpiredUnasked(subjects.get(refText(step.object)), input),
  );
  const ended = steps.filter(({ reason }) => reason === 'DeclaredEndPassed');
  const refused = [...issued, ...(isAllowed ? [] : ended)];
  const limit = Math.max(EXPIRIES_MIN, EXPIRIES_SHARE * input.totals.owned);
  if (refused.length <= limit) return undefined;
  return {
    refused,
    finding: refusal(
      'ManyExpiries',
      `${refused.length} keys have expired at once, which can mean that a clock is wrong. No new versions are issued for them and none is closed. ` +
        `If the clock is right, use ${adviceFor(issued, isAllowed ? 0 : ended.length, needed)}.`,
    ),
  };
}

const adviceFor = (issued: readonly Step[], ended: number, needed: number): string =>
  [
    ...(issued.length > 0 ? [`keywright rotate for each of the ${issued.length} keys to keep`] : []),
    ...(ended > 0 ? [`--allow-removals ${needed} for those whose declared end has passed`] : []),
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
