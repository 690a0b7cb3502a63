/**
 * Deciding. `plan` is the one function behind `keywright plan`, `apply`, `drift`, the controller and
 * every preview: pure, so that two runs over the same facts give the same bytes.
 *
 *     subjects ─▶ as renamed ─▶ as spelled ─▶ decide each ─▶ order ─▶ guard ─▶ count and digest
 */
import { OBJECT_KINDS, sinkIdOf } from '../domain/kinds/index.js';
import { refText } from '../domain/objects.js';
import type { Instant } from '../domain/time.js';
import { aliasesOf } from './aliases.js';
import { needsReplacement, suspendedUntil } from './checks.js';
import { isOwnedBy } from './compare.js';
import { decide } from './decide.js';
import { type Decision, finding, NOTHING, type Release, together } from './decision.js';
import { planDigest } from './digest.js';
import { dueRefreshes } from './due-refreshes.js';
import { guard, withoutSteps } from './guard.js';
import { withdrawals } from './leftovers.js';
import { namingOf } from './name-lint.js';
import { sinksOf } from './occupied-sinks.js';
import { inOrder } from './order.js';
import type { Finding, Plan, PlanInput, Step, StepId, Subject } from './plan.js';
import { leavingBy } from './released-dependents.js';
import { asRenamed, type Renamed } from './rename.js';
import { replacedRef } from './replacement.js';
import { asSpelled } from './spelling.js';
import { objectStepId } from './steps.js';
import { approvalsFor, summaryOf } from './summary.js';
import { unmanagedReported } from './unmanaged.js';
import { addressConflicts } from './user-order.js';

/** Never fails: what cannot or may not be done is a finding or is waited for. */
export function plan(observed: PlanInput): Plan {
  const renamed = asRenamed(observed);
  const { remarks } = renamed;
  const input = asSpelled(renamed.input);
  const subjects = new Map(input.subjects.map((subject) => [refText(subject.ref), subject]));
  const decided = decideAll(input, remarks);
  const decidedOnce = onceEach([
    ...decided.steps,
    ...withdrawals(input),
    ...dueRefreshes(decided.steps, input),
  ]);
  const ordered = orderedWithAddresses(decidedOnce, subjects, input);
  const { steps, findings } = guard(ordered.steps, input);
  return assemble(input, {
    steps,
    findings: [
      ...nothingSelected(observed),
      ...findings,
      ...ordered.findings,
      ...decided.findings,
      ...unmanagedReported(input),
      ...namingOf(steps, input),
    ],
    waiting: decided.waiting,
    approvals: approvalsFor(steps, input.project.spec.guard.requireApproval ?? [], subjects),
  });
}

/** Several keys may be handed over by one look at the same sink. */
function onceEach(steps: readonly Step[]): readonly Step[] {
  const ids = new Set(steps.map(({ id }) => id));
  return ids.size === steps.length ? steps : [...new Map(steps.map((step) => [step.id, step])).values()];
}

/** A selection of nothing is a slip of the finger far more often than a wish: it must not read as agreement. */
function nothingSelected({ selection, subjects, totals }: PlanInput): readonly Finding[] {
  if (selection === undefined || subjects.length + totals.unchanged + totals.unmanaged > 0) return [];
  const message = `--select ${selection} matches no object, neither declared nor live. Check the label and its value.`;
  return [{ code: 'NothingSelected', severity: 'refuse', object: undefined, message }];
}

/** In order, without the steps that take an address which is not free by then, and what hangs on them. */
function orderedWithAddresses(
  decided: readonly Step[],
  subjects: ReadonlyMap<string, Subject>,
  input: PlanInput,
): Pick<Decision, 'steps' | 'findings'> {
  const findings: Finding[] = [];
  for (let steps = inOrder(decided, subjects); ; ) {
    const conflicts = addressConflicts(steps, input);
    if (conflicts.length === 0) return { steps, findings };
    for (const { step, message } of conflicts)
      findings.push(...finding('refuse', 'AddressTaken')(step.object, message).findings);
    steps = withoutSteps(steps, new Set(conflicts.map(({ step }) => step.id)));
  }
}

/** Until those that are taken to let go of a sink have the step that does so: some wait, or are refused. */
function decideAll(input: PlanInput, remarks: Renamed['remarks']): Decision {
  for (let releases = keysReleasing(input); ; ) {
    const decided = decideWith(releases, input, remarks);
    const made = new Set(decided.steps.map(({ id }) => id));
    const really = new Map([...releases].filter(([, step]) => made.has(step)));
    if (really.size === releases.size) return decided;
    releases = really;
  }
}

/** What needs others before those: whether they can go depends on what lets go of them. */
function decideWith(releases: Release, input: PlanInput, remarks: Renamed['remarks']): Decision {
  const pausedUntil = pausedObjects(input);
  const subjects = new Map(input.subjects.map((subject) => [refText(subject.ref), subject]));
  const held = new Set([...remarks].flatMap(([name, { isHeld }]) => (isHeld ? [name] : [])));
  const world = { subjects, aliases: aliasesOf(input.subjects), now: input.now };
  return [...OBJECT_KINDS].reverse().reduce<Decision>((decided, kind) => {
    const ofKind = input.subjects.filter(({ ref }) => ref.kind === kind);
    if (ofKind.length === 0) return decided;
    const leaving = leavingBy(decided.steps, world);
    const situation = { input, releases, pausedUntil, leaving, held, aliases: world.aliases };
    return together([
      decided,
      ...ofKind.map((subject) =>
        decide({ ...subject, ...situation, remark: remarks.get(refText(subject.ref)) }),
      ),
    ]);
  }, NOTHING);
}

function pausedObjects({ subjects, now }: PlanInput): ReadonlyMap<string, Instant> {
  const paused = new Map<string, Instant>();
  for (const { ref, desired, live, former } of subjects) {
    const until = desired && (!live || former) ? suspendedUntil(desired, now) : undefined;
    if (until !== undefined) paused.set(refText(ref), until);
  }
  return paused;
}

/** Another key may take over a sink that its key no longer declares, after the step that says so. */
function keysReleasing(input: PlanInput): Release {
  const { subjects, ownership } = input;
  const releases = new Map<string, StepId>();
  for (const subject of subjects) {
    if (subject.live === undefined || !isOwnedBy(subject.live, ownership)) continue;
    const action = releasesBy(subject);
    const aside = action === 'delete' && subject.desired ? replacedRef(subject.live, input) : undefined;
    if (aside) releases.set(refText(subject.ref), objectStepId(aside, 'update'));
    else if (action) releases.set(refText(subject.ref), objectStepId(subject.ref, action));
  }
  return releases;
}

function releasesBy({ desired, live }: Subject): 'delete' | 'update' | undefined {
  if (live?.declaration.kind !== 'ApiKey') return undefined;
  if (desired?.declaration.kind !== 'ApiKey' || needsReplacement(live, { desired })) return 'delete';
  const kept = new Set(sinksOf(desired.declaration).map(sinkIdOf));
  return sinksOf(live.declaration).some((sink) => !kept.has(sinkIdOf(sink))) ? 'update' : undefined;
}

function assemble(
  input: PlanInput,
  content: Pick<Plan, 'steps' | 'findings' | 'waiting' | 'approvals'>,
): Plan {
  const { project, selection, desired, basis } = input;
  const based = {
    project: project.name,
    ...(selection !== undefined && { selection }),
    basedOn: { desired, observed: basis(content.steps) },
    ...content,
  };
  return {
    apiVersion: 'keywright.dev/v1',
    kind: 'Plan',
    digest: planDigest(based),
    now: input.now,
    summary: summaryOf(content.steps, input),
    ...based,
  };
}
