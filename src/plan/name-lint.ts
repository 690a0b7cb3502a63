/** The lint of names in a plan: of what is made or changed in it, where the project asks for it. */
import type { DesiredProject } from '../domain/desired.js';
import { isLinted, namingProblem, type PersonalWords, personalWords } from '../domain/name-lint.js';
import { type ObjectRef, refText } from '../domain/objects.js';
import type { Finding, PlanInput, Step } from './plan.js';

/** What is wrong with these names, in their order; nothing where the policy is off. */
export function namingFindings(
  refs: readonly ObjectRef[],
  { spec }: DesiredProject,
  people: PersonalWords,
): readonly Finding[] {
  if (spec.policy.naming === 'off') return [];
  return refs.flatMap((ref) => {
    const problem = isLinted(ref.kind) ? namingProblem(ref.name, people) : undefined;
    if (problem === undefined) return [];
    const message = `${refText(ref)} ${problem}.`;
    return [{ code: 'NameLint', severity: 'warn', object: ref, message } as const];
  });
}

/** Of the objects that steps make or change; people added in this very plan count. */
export function namingOf(
  steps: readonly Step[],
  { project, people, subjects }: PlanInput,
): readonly Finding[] {
  const named = new Map(
    steps
      .filter(({ object, action }) => isLinted(object.kind) && (action === 'create' || action === 'update'))
      .map(({ object }) => [refText(object), object]),
  );
  if (named.size === 0) return [];
  const coming = subjects.flatMap(({ desired }) =>
    desired?.declaration.kind === 'User' ? [desired.declaration] : [],
  );
  return namingFindings([...named.values()], project, personalWords([...people, ...coming]));
}
