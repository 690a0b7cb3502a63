/** How many steps of which sort, and which environments want a second pair of eyes. */
import { type Declaration, refText } from '../domain/objects.js';
import type { PlanInput, Step, Subject, Summary } from './plan.js';
import type { StepReason } from './reasons.js';

export function summaryOf(steps: readonly Step[], { totals, subjects }: PlanInput): Summary {
  const count = (isCounted: (step: Step) => boolean): number => steps.filter(isCounted).length;
  const isReplacing = (step: Step): boolean =>
    step.reason === 'ReplacementForced' || step.reason === 'OwnerReplaced';
  const touched = new Set(steps.map((step) => refText(step.object)));
  const untouched = subjects.filter(({ ref, desired }) => desired && !touched.has(refText(ref)));
  const isRefreshed = steps.some((step) => step.action === 'refresh');
  return {
    create: count((step) => step.action === 'create' && !isReplacing(step)),
    update: count((step) => step.action === 'update' && !isReplacing(step)),
    replace: count((step) => step.action === 'create' && isReplacing(step)),
    delete: count((step) => step.action === 'delete' && !isReplacing(step)),
    adopt: count((step) => step.action === 'adopt'),
    issue: count((step) => isNewIssue(step) && step.detail.generation === 1),
    rotate: count((step) => isNewIssue(step) && step.detail.generation > 1),
    resume: count((step) => step.action === 'promote' && step.reason === 'Undelivered'),
    deliver: count((step) => step.action === 'deliver'),
    extend: count((step) => step.action === 'extend'),
    withdraw: count((step) => step.action === 'withdraw'),
    ...(isRefreshed && { refresh: count((step) => step.action === 'refresh') }),
    revoke: count((step) => step.action === 'revoke'),
    unchanged: totals.unchanged + untouched.length,
    unmanaged: totals.unmanaged,
  };
}

/** Asking again for a version that exists already issues nothing. */
export const isNewIssue = (step: Step): step is Extract<Step, { action: 'issue' }> =>
  step.action === 'issue' && step.reason !== 'Undelivered';

/**
 * What a declaration that is in force calls for as time goes by. The approval of it covers that too: a due
 * rotation that waited for a person would end in an expired key.
 */
const UPKEEP: ReadonlySet<StepReason> = new Set([
  'Undelivered',
  'EnvelopeLost',
  'RotationDue',
  'RotationRequested',
  'ExpiryExceedsDeclaration',
  'HandedOver',
  'DeadlinePassed',
  'DeclaredEndPassed',
  'PredecessorExpired',
  'RemovedKeyEnded',
  'RefreshDue',
]);

/**
 * Environments of `requireApproval` that a step changes: themselves, or what is in them before or after. Upkeep is
 * no change.
 */
export function approvalsFor(
  steps: readonly Step[],
  required: readonly string[],
  subjects: ReadonlyMap<string, Subject>,
): readonly string[] {
  const touched = new Set<string>();
  const changing = steps.filter(({ reason }) => !UPKEEP.has(reason));
  // A key that is set aside is known by the name that it has until now.
  const formers = new Map(
    changing.flatMap((step) =>
      step.action === 'update' && step.detail.former
        ? [[refText(step.object), refText(step.detail.former)] as const]
        : [],
    ),
  );
  for (const name of new Set(changing.map((step) => refText(step.object)))) {
    const subject = subjects.get(name) ?? subjects.get(formers.get(name) ?? '');
    for (const declaration of [subject?.desired?.declaration, subject?.live?.declaration]) {
      if (declaration) touched.add(environmentOf(declaration) ?? '');
    }
  }
  // An environment may be known to the project by the name that it has until now.
  for (const { detail, object } of steps.filter((step) => step.action === 'update'))
    if (object.kind === 'Environment' && detail.former) touched.add(detail.former.name);
  return required.filter((environment) => touched.has(environment)).sort();
}

function environmentOf({ kind, metadata, spec }: Declaration): string | undefined {
  if (kind === 'Environment') return metadata.name;
  return 'environment' in spec ? spec.environment : undefined;
}
