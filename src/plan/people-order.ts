/**
 * Which steps on people and guests come before which: an address is free before somebody else takes it, and
 * there are new administrators before the old ones go.
 */
import { kindOf } from '../domain/kinds/index.js';
import { type Declaration, refText } from '../domain/objects.js';
import { isActiveAdministrator, isActiveOwner } from '../domain/people.js';
import type { Step, StepId, Subject } from './plan.js';

type Subjects = ReadonlyMap<string, Subject>;
type Links = ReadonlyMap<StepId, readonly StepId[]>;

/** A name that goes round between people is left to the store, which refuses it: nobody could be first. */
export function addressLinks(steps: readonly Step[], subjects: Subjects): Links {
  const freeing = new Map<string, Step>();
  for (const step of steps) {
    const held = addressOf(subjects.get(refText(step.object))?.live?.declaration);
    if (held === undefined || step.action === 'create' || addressAfter(step) === held) continue;
    freeing.set(held, freeing.get(held) ?? step);
  }
  const links = new Map<StepId, readonly StepId[]>();
  for (const step of steps) {
    const before = freeing.get(addressAfter(step) ?? '');
    if (before !== undefined && before.id !== step.id && !leadsBack(step, freeing))
      links.set(step.id, [before.id]);
  }
  return links;
}

const addressOf = (declaration: Declaration | undefined): string | undefined => {
  const alias = declaration && kindOf(declaration.kind).alias?.(declaration.spec);
  return alias === undefined ? undefined : refText({ kind: declaration?.kind ?? '', name: alias });
};

const addressAfter = (step: Step): string | undefined =>
  step.action === 'create' || step.action === 'update' ? addressOf(step.detail.declaration) : undefined;

/** Does whoever frees the address wait for another, and so on, in a circle? */
function leadsBack(start: Step, freeing: ReadonlyMap<string, Step>): boolean {
  const passed = new Set<StepId>();
  let step: Step | undefined = start;
  while (step !== undefined && !passed.has(step.id)) {
    passed.add(step.id);
    step = freeing.get(addressAfter(step) ?? '');
  }
  return step !== undefined;
}

/** Whoever comes to be one comes before whoever ceases to be one. Nobody does both, so there is no circle. */
export function administratorLinks(steps: readonly Step[], subjects: Subjects): Links {
  const people = steps.filter(
    ({ object, action }) => object.kind === 'User' && ['create', 'update', 'delete'].includes(action),
  );
  const links = new Map<StepId, readonly StepId[]>();
  for (const is of [isActiveOwner, isActiveAdministrator]) {
    const before = (step: Step): boolean =>
      isPerson(subjects.get(refText(step.object))?.live?.declaration, is);
    const after = (step: Step): boolean =>
      (step.action === 'create' || step.action === 'update') && isPerson(step.detail.declaration, is);
    const coming = people.filter((step) => !before(step) && after(step)).map(({ id }) => id);
    for (const { id } of people.filter((step) => before(step) && !after(step)))
      links.set(id, [...new Set([...(links.get(id) ?? []), ...coming])]);
  }
  return links;
}

const isPerson = (declaration: Declaration | undefined, is: typeof isActiveOwner): boolean =>
  declaration?.kind === 'User' && is(declaration.spec);
