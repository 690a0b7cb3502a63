/**
 * The order of steps: what is referred to comes before what refers to it, removals the other way round.
 * Stable: steps that do not depend on one another stay in the order of their kinds and names.
 */
import { OBJECT_KINDS } from '../domain/kinds/index.js';
import { type Declaration, type ObjectRef, refText } from '../domain/objects.js';
import { aliasedReferences, aliasesOf } from './aliases.js';
import { grantLinks } from './grants.js';
import type { Step, StepId, Subject } from './plan.js';
import { leavingBy } from './released-dependents.js';
import { isRemoval } from './removal.js';
import { addressLinks, addressNamingLinks, administratorLinks } from './user-order.js';

/** `steps` in any order that keeps an object's own; `subjects` as planned. */
export function inOrder(steps: readonly Step[], subjects: ReadonlyMap<string, Subject>): readonly Step[] {
  const linked = linkParts(linkAcrossObjects(steps, subjects), subjects);
  const ranked = linked
    .map((step) => ({ step, rank: rankOf(step, subjects) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ step }) => step);
  return dependenciesFirst(ranked);
}

/** Kinds in the order of their table, which refers backwards only; then pure removals, reversed. */
function rankOf({ object }: Step, subjects: ReadonlyMap<string, Subject>): number {
  const place = OBJECT_KINDS.indexOf(object.kind);
  const isRemoval = subjects.get(refText(object))?.desired === undefined;
  return isRemoval ? 2 * OBJECT_KINDS.length - place : place;
}

function linkAcrossObjects(steps: readonly Step[], subjects: ReadonlyMap<string, Subject>): readonly Step[] {
  const renamers = renamingSteps(steps);
  const makers = new Map([...stepsByObject(steps, 'create'), ...renamers]);
  const removers = stepsByObject(steps, 'delete');
  const updaters = stepsByObject(steps, 'update');
  const releases = new Map<string, StepId[]>();
  const aliases = aliasesOf(subjects.values());
  const referencesOf = (declaration: Declaration | undefined): readonly string[] =>
    declaration === undefined ? [] : aliasedReferences(declaration, aliases);
  for (const [name, id] of removers) {
    for (const reference of referencesOf(subjects.get(name)?.live?.declaration)) {
      const waiting = releases.get(reference);
      if (waiting) waiting.push(id);
      else releases.set(reference, [id]);
    }
  }
  const { released } = leavingBy(steps, { subjects, aliases, now: 0 });
  const letGoOf = (name: string): readonly StepId[] =>
    (released.get(name) ?? []).flatMap((by) => updaters.get(by) ?? []);
  const renamersOf = (declaration: Declaration | undefined): readonly StepId[] =>
    referencesOf(declaration).flatMap((reference) => renamers.get(reference) ?? []);
  const vacated = new Map(steps.flatMap((step) => formerOf(step).map((ref) => [refText(ref), step.id])));
  return steps.map((step) => {
    const name = refText(step.object);
    // By the names that there are after the renames, also where an environment's is part of its own.
    const needsRenamed = renamers.size === 0 ? [] : renamersOf(subjects.get(name)?.live?.declaration);
    if (step.action === 'delete') {
      // What is replaced comes back before those who named it could let go; it waits for another plan.
      const letGo = isRemoval(step) ? letGoOf(name) : [];
      return withDependencies(step, [...needsRenamed, ...(releases.get(name) ?? []), ...letGo]);
    }
    if (step.action !== 'create' && step.action !== 'update') return withDependencies(step, needsRenamed);
    const needed = referencesOf(step.detail.declaration).flatMap((reference) => makers.get(reference) ?? []);
    const free = formerOf(step).flatMap(() => vacated.get(name) ?? []);
    return withDependencies(step, [...needsRenamed, ...needed, ...free]);
  });
}

/**
 * What hangs on more than whole objects: addresses, workbooks, who is an administrator. A link that would close a
 * circle is left out, and the store refuses steps that come too early: the weightier links are made first.
 */
function linkParts(steps: readonly Step[], subjects: ReadonlyMap<string, Subject>): readonly Step[] {
  const world = { subjects, aliases: aliasesOf(subjects.values()), now: 0 };
  const wanted = [
    grantLinks(steps, world),
    addressNamingLinks(steps),
    addressLinks(steps, subjects),
    administratorLinks(steps, subjects),
  ].flatMap((links) => [...links].flatMap(([id, before]) => before.map((one) => [id, one] as const)));
  if (wanted.length === 0) return steps;
  const needs = new Map(steps.map(({ id, dependsOn }) => [id, [...dependsOn]]));
  for (const [id, before] of wanted) if (!isReached(id, before, needs)) needs.get(id)?.push(before);
  return steps.map((step) => ({ ...step, dependsOn: needs.get(step.id) ?? step.dependsOn }));
}

/** Does `from` need `wanted`, directly or through others? */
function isReached(wanted: StepId, from: StepId, needs: ReadonlyMap<StepId, readonly StepId[]>): boolean {
  const passed = new Set<StepId>();
  const open = [from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === wanted) return true;
    if (passed.has(id)) continue;
    passed.add(id);
    open.push(...(needs.get(id) ?? []));
  }
  return false;
}

const formerOf = (step: Step): readonly ObjectRef[] =>
  step.action === 'update' && step.detail.former ? [step.detail.former] : [];

/** By the name that there is afterwards. */
const renamingSteps = (steps: readonly Step[]): ReadonlyMap<string, StepId> =>
  stepsByObject(
    steps.filter((step) => formerOf(step).length > 0),
    'update',
  );

const stepsByObject = (steps: readonly Step[], action: Step['action']): ReadonlyMap<string, StepId> =>
  new Map(steps.filter((step) => step.action === action).map((step) => [refText(step.object), step.id]));

const withDependencies = (step: Step, more: readonly StepId[]): Step =>
  more.length === 0 ? step : { ...step, dependsOn: [...new Set([...step.dependsOn, ...more])] };

/** Depth first; a chain is as long as one object's steps and what it refers to, so the stack stays small. */
function dependenciesFirst(steps: readonly Step[]): readonly Step[] {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const ordered: Step[] = [];
  const state = new Map<StepId, 'open' | 'done'>();
  const visit = (step: Step): void => {
    if (state.get(step.id) === 'done') return;
    if (state.get(step.id) === 'open') throw new Error(`steps depend on one another: ${step.id}`);
    state.set(step.id, 'open');
    for (const id of step.dependsOn) {
      const earlier = byId.get(id);
      if (earlier) visit(earlier);
    }
    state.set(step.id, 'done');
    ordered.push(step);
  };
  for (const step of steps) visit(step);
  return ordered;
}
