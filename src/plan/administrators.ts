/** The guard on who can still let others in: active administrators must remain, and an owner. */
import { type DeclarationOf, refText } from '../domain/objects.js';
import { isActiveAdministrator, isActiveOwner } from '../domain/users.js';
import type { Finding, PlanInput, Step } from './plan.js';

/** The steps that would take away too many, and what is said of it; undefined when enough remain. */
export function tooFewAdministrators(
  steps: readonly Step[],
  { people, project }: PlanInput,
): { readonly finding: Finding; readonly refused: readonly Step[] } | undefined {
  const now = new Map(
    people.map((person) => [refText({ kind: 'User', name: person.metadata.name }), person]),
  );
  const then = afterSteps(now, steps);
  const least = project.spec.guard.minAdministrators ?? 1;
  const administrators = loss(now, then, { is: isActiveAdministrator, least });
  const owners = loss(now, then, { is: isActiveOwner, least: 1 });
  const [lost, sentence] = administrators
    ? [
        administrators,
        `${counted(administrators.left, 'active administrator')}, fewer than guard.minAdministrators (${least})`,
      ]
    : [owners, 'no active owner'];
  if (lost === undefined) return undefined;
  const names = new Set(lost.names);
  return {
    refused: steps.filter((step) => names.has(refText(step.object))),
    finding: {
      code: 'TooFewAdministrators',
      severity: 'refuse',
      object: undefined,
      message: `The plan would leave ${sentence}; the changes to ${lost.names.join(', ')} are refused. Assign the role to another active user first.`,
    },
  };
}

type People = ReadonlyMap<string, DeclarationOf<'User'>>;

function afterSteps(people: People, steps: readonly Step[]): People {
  const after = new Map(people);
  for (const step of steps) {
    if (step.object.kind !== 'User') continue;
    if (step.action === 'delete') after.delete(refText(step.object));
    else if (
      (step.action === 'create' || step.action === 'update') &&
      step.detail.declaration.kind === 'User'
    )
      after.set(refText(step.object), step.detail.declaration);
  }
  return after;
}

/** Who ceases to be one of them, when too few are left; a plan that removes no administrator is not to blame. */
function loss(
  now: People,
  then: People,
  { is, least }: { readonly is: typeof isActiveOwner; readonly least: number },
): { readonly names: readonly string[]; readonly left: number } | undefined {
  const namesOf = (people: People): readonly string[] =>
    [...people].filter(([, { spec }]) => is(spec)).map(([name]) => name);
  const left = new Set(namesOf(then));
  const names = namesOf(now).filter((name) => !left.has(name));
  return names.length > 0 && left.size < least ? { names, left: left.size } : undefined;
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
