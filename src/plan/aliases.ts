/** Which objects a declaration means, where it names some of them by another name than their own. */
import { foldEmail, kindOf, type Reference } from '../domain/kinds/index.js';
import { type Declaration, isEmail, refText } from '../domain/objects.js';
import type { Instant } from '../domain/time.js';
import type { Subject } from './plan.js';

/** The objects' own names by their aliases, both as `refText`. */
export type Aliases = ReadonlyMap<string, string>;

/** The objects of a plan, by name, and at which time. */
export interface World {
  readonly subjects: ReadonlyMap<string, Subject>;
  readonly aliases: Aliases;
  readonly now: Instant;
}

/**
 * Of the subjects alone: what is no subject neither comes nor goes, so nothing has to wait for it. An address
 * that changes hands means the person declared with it.
 */
export function aliasesOf(subjects: Iterable<Subject>): Aliases {
  const live = new Map<string, string>();
  const declared = new Map<string, string>();
  for (const subject of subjects) {
    const own = refText(subject.ref);
    const { kind } = subject.ref;
    const note = (aliases: Map<string, string>, declaration: Declaration | undefined): void => {
      const alias = declaration && kindOf(kind).alias?.(declaration.spec);
      if (alias !== undefined) aliases.set(refText({ kind, name: alias }), own);
    };
    note(live, subject.live?.declaration);
    note(declared, subject.desired?.declaration);
    if (subject.live) live.set(refText({ kind, name: subject.live.id }), own);
  }
  return new Map([...live, ...declared]);
}

/** As `refText`, in the order of the fields. */
export const aliasedReferences = (declaration: Declaration, aliases: Aliases): readonly string[] =>
  kindOf(declaration.kind)
    .references(declaration.spec)
    .map((reference) => aliasedName(reference, aliases));

export function aliasedName({ kind, name }: Pick<Reference, 'kind' | 'name'>, aliases: Aliases): string {
  const text = refText({ kind, name: isEmail(name) ? foldEmail(name) : name });
  return aliases.get(text) ?? text;
}
