/**
 * Deciding. `plan` is the one function behind `keywright plan`, `apply`, `drift`, the controller and
 * every preview: pure, so that two runs over the same facts give the same bytes.
 *
 *     subjects ─▶ decide each ─▶ order ─▶ guard ─▶ count and digest
 */
import { sinkIdOf } from '../domain/kinds/index.js';
import { isAlive } from '../domain/lifecycle.js';
import { isProtected } from '../domain/metadata.js';
import { refText } from '../domain/objects.js';
import type { Instant } from '../domain/time.js';
import { needsReplacement, suspendedUntil } from './checks.js';
import { isOwnedBy } from './compare.js';
import { decide } from './decide.js';
import { type Decision, together } from './decision.js';
import { planDigest } from './digest.js';
import { guard } from './guard.js';
import { inOrder } from './order.js';
import { sinksOf } from './places.js';
import type { Plan, PlanInput, Step, Subject } from './plan.js';
import { overlapOf } from './removal.js';
import { approvalsFor, summaryOf } from './summary.js';

/** Never fails: what cannot or may not be done is a finding or is waited for. */
export function plan(input: PlanInput): Plan {
  const subjects = new Map(input.subjects.map((subject) => [refText(subject.ref), subject]));
  const decided = decideAll(input);
  const { steps, findings } = guard(inOrder(decided.steps, subjects), input);
  return assemble(input, {
    steps,
    findings: [...findings, ...decided.findings],
    waiting: decided.waiting,
    approvals: approvalsFor(steps, input.project.spec.guard.requireApproval ?? [], subjects),
  });
}

/** Keys first: whether what they refer to can go depends on which of them leave. */
function decideAll(input: PlanInput): Decision {
  const lettingGo = keysLettingGo(input);
  const pausedUntil = pausedObjects(input);
  const isKey = ({ ref }: Subject): boolean => ref.kind === 'ApiKey';
  const decideWith = (leaving: ReadonlyMap<string, Instant>) => (subject: Subject) =>
    decide({ ...subject, input, lettingGo, pausedUntil, leaving });
  const keys = together(input.subjects.filter(isKey).map(decideWith(new Map())));
  const leaving = leavingKeys(keys.steps, input);
  const others = input.subjects.filter((subject) => !isKey(subject)).map(decideWith(leaving));
  return together([keys, ...others]);
}

function pausedObjects({ subjects, now }: PlanInput): ReadonlyMap<string, Instant> {
  const paused = new Map<string, Instant>();
  for (const { ref, desired, live } of subjects) {
    const until = desired && !live ? suspendedUntil(desired, now) : undefined;
    if (until !== undefined) paused.set(refText(ref), until);
  }
  return paused;
}

/** When the last version of each deleted key ends; 0 when none is left. */
function leavingKeys(steps: readonly Step[], input: PlanInput): ReadonlyMap<string, Instant> {
  const removed = new Set(
    steps.filter((step) => step.action === 'delete').map((step) => refText(step.object)),
  );
  const ends = new Map<string, Instant>();
  for (const { ref, live } of input.subjects) {
    if (live === undefined || !removed.has(refText(ref))) continue;
    const isAnyAlive = live.key?.versions.some((version) => isAlive(version, input.now)) ?? false;
    ends.set(refText(ref), isAnyAlive ? input.now + overlapOf(live) : 0);
  }
  return ends;
}

/** Another key may take over a place that its key no longer declares. */
const keysLettingGo = ({ subjects, ownership }: PlanInput): ReadonlySet<string> =>
  new Set(
    subjects
      .filter((subject) => subject.live && isOwnedBy(subject.live, ownership) && isLettingGo(subject))
      .map(({ ref }) => refText(ref)),
  );

function isLettingGo({ desired, live }: Subject): boolean {
  if (live?.declaration.kind !== 'ApiKey' || isProtected(live.declaration.metadata)) return false;
  if (desired?.declaration.kind !== 'ApiKey' || needsReplacement(live, { desired })) return true;
  const kept = new Set(sinksOf(desired.declaration).map(sinkIdOf));
  return sinksOf(live.declaration).some((sink) => !kept.has(sinkIdOf(sink)));
}

function assemble(
  input: PlanInput,
  content: Pick<Plan, 'steps' | 'findings' | 'waiting' | 'approvals'>,
): Plan {
  const based = { project: input.project.name, basedOn: input.digests, ...content };
  return {
    apiVersion: 'keywright.dev/v1',
    kind: 'Plan',
    digest: planDigest(based),
    now: input.now,
    summary: summaryOf(content.steps, input),
    ...based,
  };
}
