/**
 * Which steps on people and guests come before which: an address is free before another takes it, and
 * it is given before a person is named by it, and there are new administrators before the old ones go.
 */
import { foldEmail, kindOf } from '../domain/kinds/index.js';
import { type Declaration, isEmail, type ObjectRef, refText } from '../domain/objects.js';
import { isActiveAdministrator, isActiveOwner } from '../domain/users.js';
import type { PlanInput, Step, StepId, Subject } from './plan.js';

type Subjects = ReadonlyMap<string, Subject>;
type Links = ReadonlyMap<StepId, readonly StepId[]>;

/** The one who takes an address comes after the one who gives it up. */
export function addressLinks(steps: readonly Step[], subjects: Subjects): Links {
  const freeing = freeingSteps(steps, subjects);
  const links = new Map<StepId, readonly StepId[]>();
  for (const step of steps) {
    const before = freeing.get(addressAfter(step) ?? '');
    if (before !== undefined && before.id !== step.id) links.set(step.id, [before.id]);
  }
  return links;
}

/** By the address that is free after them. */
function freeingSteps(steps: readonly Step[], subjects: Subjects): ReadonlyMap<string, Step> {
  const freeing = new Map<string, Step>();
  for (const step of steps) {
    const held = addressOf(subjects.get(refText(step.object))?.live?.declaration);
    const isLeaving = step.action === 'delete' || step.action === 'update';
    if (held === undefined || !isLeaving || addressAfter(step) === held) continue;
    freeing.set(held, freeing.get(held) ?? step);
  }
  return freeing;
}

/** A step that gives a person an address which is not free by then, and a sentence about it that follows the object's name. */
export interface AddressConflict {
  readonly step: Step;
  readonly message: string;
}

/**
 * Addresses that others have and keep, or give up only after they are taken, as in an exchange. The store would refuse
 * the first of such steps every time. `steps` are in order.
 */
export function addressConflicts(
  steps: readonly Step[],
  { subjects, names = new Map() }: Pick<PlanInput, 'subjects' | 'names'>,
): readonly AddressConflict[] {
  const byName = new Map(subjects.map((subject) => [refText(subject.ref), subject]));
  const holders = new Map<string, ObjectRef>(names);
  for (const { ref, live } of subjects) {
    const held = addressOf(live?.declaration);
    if (held !== undefined) holders.set(held, ref);
  }
  const freeing = freeingSteps(steps, byName);
  return steps.flatMap((step) => {
    const taken = addressAfter(step);
    const holder = taken === undefined ? undefined : holders.get(taken);
    if (taken === undefined || holder === undefined) return [];
    if (addressOf(byName.get(refText(step.object))?.live?.declaration) === taken) return [];
    const before = freeing.get(taken);
    if (before !== undefined && (before.id === step.id || step.dependsOn.includes(before.id))) return [];
    const address = taken.slice(taken.lastIndexOf('/') + 1);
    const message =
      before === undefined
        ? `would take the address ${address}, which ${refText(holder)} keeps in this plan. Use another address, or let ${refText(holder)} give it up in the same plan.`
        : `would take the address ${address} of ${refText(holder)}, who gives it up only after that. Give one of them another address and apply that first.`;
    return [{ step, message }];
  });
}

/** A person named by an address that they are given in this plan is given it first. */
export function addressNamingLinks(steps: readonly Step[]): Links {
  const giving = new Map<string, StepId>();
  for (const step of steps) {
    const address = step.action === 'update' ? addressAfter(step) : undefined;
    if (address !== undefined) giving.set(address, step.id);
  }
  const links = new Map<StepId, readonly StepId[]>();
  for (const step of giving.size === 0 ? [] : steps) {
    if (step.action !== 'create' && step.action !== 'update') continue;
    const { kind: own, spec } = step.detail.declaration;
    const before = kindOf(own)
      .references(spec)
      .filter(({ name }) => isEmail(name))
      .flatMap(({ kind, name }) => giving.get(refText({ kind, name: foldEmail(name) })) ?? []);
    if (before.length > 0) links.set(step.id, before);
  }
  return links;
}

const addressOf = (declaration: Declaration | undefined): string | undefined => {
  const alias = declaration && kindOf(declaration.kind).alias?.(declaration.spec);
  return alias === undefined ? undefined : refText({ kind: declaration?.kind ?? '', name: alias });
};

const addressAfter = (step: Step): string | undefined =>
  step.action === 'create' || step.action === 'update' ? addressOf(step.detail.declaration) : undefined;

/** New administrators come before those who cease to be one. */
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
