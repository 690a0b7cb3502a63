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

/** Of the subjects alone: what is no subject neither comes nor goes, so nothing has to wait for it. */
export function aliasesOf(subjects: Iterable<Subject>): Aliases {
  const aliases = new Map<string, string>();
  for (const { ref, desired, live } of subjects) {
    for (const declaration of [live?.declaration, desired?.declaration]) {
      const alias = declaration && kindOf(ref.kind).alias?.(declaration.spec);
      if (alias !== undefined) aliases.set(refText({ kind: ref.kind, name: alias }), refText(ref));
    }
    if (live) aliases.set(refText({ kind: ref.kind, name: live.id }), refText(ref));
  }
  return aliases;
}

/** As `refText`, in the order of the fields. */
export const referredBy = (declaration: Declaration, aliases: Aliases): readonly string[] =>
  kindOf(declaration.kind)
    .references(declaration.spec)
    .map((reference) => referredName(reference, aliases));

export function referredName({ kind, name }: Pick<Reference, 'kind' | 'name'>, aliases: Aliases): string {
  const text = refText({ kind, name: isEmail(name) ? foldEmail(name) : name });
  return aliases.get(text) ?? text;
}
