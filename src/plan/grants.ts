/**
 * Workbooks come and go with their space, and guests are granted them one by one. A workbook comes before it is
 * granted and goes after it is no longer granted to any guest, so that no grant ever opens what came later under its
 * name. Where both happen in one plan:
 *
 *     guest lets go of old ─▶ space drops old, brings new ─▶ guest is granted new
 *
 * A guest who lets go of one and is granted another in one step comes after the space, which keeps the old one
 * until the next plan.
 */
import { kindOf } from '../domain/kinds/index.js';
import { type Declaration, type DeclarationOf, type ObjectRef, refText } from '../domain/objects.js';
import { aliasedName, type World } from './aliases.js';
import type { Step, StepId, Subject } from './plan.js';

/** `Space/production/onboarding contacts`. */
type Granted = string;

const granted = (space: string, workbook: string): Granted => `${space} ${workbook}`;

/**
 * Of each guest that a step touches: the workbooks that they are still granted when the spaces are changed.
 * Guests whom no step touches are granted what they are live.
 */
export function grantsKept(steps: readonly Step[], world: World): ReadonlyMap<string, ReadonlySet<Granted>> {
  const kept = new Map<string, ReadonlySet<Granted>>();
  for (const step of steps) {
    const name = refText(step.object);
    const live = world.subjects.get(name)?.live?.declaration;
    if (step.object.kind !== 'Guest' || live === undefined) continue;
    if (step.action === 'delete') kept.set(name, new Set());
    else if (step.action === 'update') {
      const { declaration } = step.detail;
      const isLater = spacesAwaited(declaration, world).length > 0;
      kept.set(name, new Set(grantsOf(isLater ? live : declaration, world)));
    }
  }
  return kept;
}

const grantsOf = (declaration: Declaration, { aliases }: World): readonly Granted[] =>
  kindOf(declaration.kind)
    .references(declaration.spec)
    .flatMap((reference) =>
      (reference.workbooks?.names ?? []).map((workbook) =>
        granted(aliasedName(reference, aliases), workbook),
      ),
    );

/** Spaces that do not have their name yet, or not a workbook, by which a guest is granted something. */
function spacesAwaited(declaration: Declaration, { subjects, aliases }: World): readonly string[] {
  return kindOf(declaration.kind)
    .references(declaration.spec)
    .flatMap((reference) => {
      const space = aliasedName(reference, aliases);
      const subject = subjects.get(space);
      const live = subject?.live?.declaration;
      const isThere = (workbook: string): boolean =>
        live?.kind !== 'Space' || (live.spec.workbooks ?? []).includes(workbook);
      if (subject?.former !== undefined) return [space];
      return (reference.workbooks?.names ?? []).every(isThere) ? [] : [space];
    });
}

/** Workbooks that a space drops while guests are granted them, and by whom. */
export interface StillGranted {
  readonly workbook: string;
  readonly to: ObjectRef;
}

/** `kept` as `grantsKept` tells it. */
export function stillGranted(
  { ref, desired, live, dependents }: Subject,
  kept: ReadonlyMap<string, ReadonlySet<Granted>>,
): readonly StillGranted[] {
  if (desired === undefined || live === undefined) return [];
  return dropped(live.declaration, desired.declaration).flatMap((workbook) =>
    dependents
      .filter((one) => one.workbooks?.includes(workbook))
      .filter((one) => kept.get(refText(one.ref))?.has(granted(refText(ref), workbook)) ?? true)
      .map((one) => ({ workbook, to: one.ref })),
  );
}

const dropped = (from: Declaration, to: Declaration): readonly string[] => {
  if (from.kind !== 'Space' || to.kind !== 'Space') return [];
  const kept = new Set(to.spec.workbooks);
  return (from.spec.workbooks ?? []).filter((workbook) => !kept.has(workbook));
};

/** The declaration with the workbooks that have to stay for now. */
export const keeping = (
  declaration: DeclarationOf<'Space'>,
  workbooks: readonly string[],
): DeclarationOf<'Space'> => ({
  ...declaration,
  spec: {
    ...declaration.spec,
    workbooks: [...new Set([...(declaration.spec.workbooks ?? []), ...workbooks])].sort(),
  },
});

/** What steps on guests and on their spaces wait for, as drawn above. By step. */
export function grantLinks(steps: readonly Step[], world: World): ReadonlyMap<StepId, readonly StepId[]> {
  const guests = steps.filter(({ object }) => object.kind === 'Guest');
  const spaces = new Map(
    steps.flatMap((step) =>
      step.object.kind === 'Space' && step.action === 'update' ? [[refText(step.object), step] as const] : [],
    ),
  );
  if (guests.length === 0 || spaces.size === 0) return new Map();
  const kept = grantsKept(steps, world);
  const links = new Map<StepId, StepId[]>();
  const link = (step: Step, before: Step): void => {
    links.set(step.id, [...(links.get(step.id) ?? []), before.id]);
  };
  for (const guest of guests) {
    for (const [space, step] of spaces) {
      if (letsGo(guest, step, { space, kept, world })) link(step, guest);
      else if (isAwaiting(guest, space, world)) link(guest, step);
    }
  }
  return links;
}

function letsGo(
  guest: Step,
  step: Extract<Step, { action: 'update' }>,
  {
    space,
    kept,
    world,
  }: { readonly space: string; readonly kept: ReturnType<typeof grantsKept>; readonly world: World },
): boolean {
  const name = refText(guest.object);
  const before = world.subjects.get(name)?.live?.declaration;
  const after = kept.get(name);
  const live = world.subjects.get(space)?.live?.declaration;
  if (guest.action === 'create' || before === undefined || after === undefined || live === undefined)
    return false;
  const had = new Set(grantsOf(before, world));
  return dropped(live, step.detail.declaration)
    .map((workbook) => granted(space, workbook))
    .some((one) => had.has(one) && !after.has(one));
}

const isAwaiting = (guest: Step, space: string, world: World): boolean =>
  (guest.action === 'create' || guest.action === 'update') &&
  spacesAwaited(guest.detail.declaration, world).includes(space);
