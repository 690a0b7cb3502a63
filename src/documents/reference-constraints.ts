/**
 * What only shows when a document is read together with those that it names: a role for another scope, a
 * workbook that its space does not have, one person under two names, one address of two people.
 */

import { foldEmail, kindOf, OBJECT_KINDS, type Reference } from '../domain/kinds/index.js';
import { type Declaration, isEmail, lineText, refText } from '../domain/objects.js';
import { type ConstraintViolation, constraintViolations } from '../domain/reference-constraints.js';
import type { Complaint, Diagnostic } from './diagnostics.js';
import type { SpecEntry } from './entry.js';
import { didYouMean, listed } from './suggest.js';

/** All that is declared, sorted by `compareRefs`. */
export interface Declared {
  readonly entries: readonly SpecEntry[];
  /** Their lists of references: entries that name the same mostly share one, so that each is looked through once. */
  readonly references: Iterable<readonly Reference[]>;
}

/** All of them, in the order of the entries. Documents are loaded only if something is asked of them. */
export const fitErrors = ({ entries, references }: Declared): readonly Diagnostic[] => [
  ...unfitting(entries, new Set([...references].filter((list) => list.some(isAsking)))),
  ...sharedAddresses(entries),
  ...repeatedMembers(entries),
];

function unfitting(
  entries: readonly SpecEntry[],
  lists: ReadonlySet<readonly Reference[]>,
): readonly Diagnostic[] {
  if (lists.size === 0) return [];
  const asking = entries.filter(({ references }) => lists.has(references));
  const named = new Set(asking.flatMap(({ references }) => references.filter(isAsking).map(refText)));
  const targets = new Map<string, Declaration>();
  for (const entry of entries)
    if (named.has(refText(entry.ref))) targets.set(refText(entry.ref), entry.load());
  return asking.flatMap((entry) =>
    entry.references.flatMap((reference) => {
      const target = targets.get(refText(reference));
      if (target === undefined) return [];
      return constraintViolations(reference, target).map((one) =>
        entry.error(one.path.split('.'), complaintOf(one)),
      );
    }),
  );
}

const isAsking = ({ scope, workbooks, environment, connection }: Reference): boolean =>
  (scope ?? workbooks ?? environment ?? connection) !== undefined;

function complaintOf({ kind, message, name = '', known = [] }: ConstraintViolation): Complaint {
  if (kind === 'contradiction') return { code: 'broken_rule', message };
  const help = didYouMean(name, known) ?? (known.length === 0 ? 'it has none' : `it has ${listed(known)}`);
  return { code: 'unknown_reference', message, help };
}

/** People are known by their addresses, guests by theirs within an environment. */
function sharedAddresses(entries: readonly SpecEntry[]): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const kind of OBJECT_KINDS.filter((one) => kindOf(one).alias !== undefined)) {
    const first = new Map<string, SpecEntry>();
    const people = entries.filter((entry) => entry.kind === kind);
    for (const entry of people.length > 1 ? people : []) {
      const address = kindOf(kind).alias?.(entry.load().spec) ?? '';
      const other = first.get(address);
      if (other === undefined) first.set(address, entry);
      else if (other.ref.name !== entry.ref.name) found.push(addressError(entry, other));
    }
  }
  return found;
}

const addressError = (entry: SpecEntry, { ref, position }: SpecEntry): Diagnostic =>
  entry.error(['spec', 'email'], {
    code: 'broken_rule',
    message: `${refText(ref)} already has this address`,
    help: `it is declared in ${lineText(position)}; the address of a user must be unique`,
  });

/** A member named by address who is named by name too. */
function repeatedMembers(entries: readonly SpecEntry[]): readonly Diagnostic[] {
  const people = ({ references }: SpecEntry): readonly Reference[] =>
    references.filter(({ kind }) => kind === 'User');
  const teams = entries.filter(({ kind }) => kind === 'Team');
  const mixed = teams.filter((entry) => {
    const byAddress = people(entry).filter(({ name }) => isEmail(name)).length;
    return byAddress > 0 && byAddress < people(entry).length;
  });
  if (mixed.length === 0) return [];
  const names = new Map<string, string>();
  for (const entry of entries.filter((entry) => entry.kind === 'User'))
    names.set(kindOf('User').alias?.(entry.load().spec) ?? '', entry.ref.name);
  return mixed.flatMap((entry) => {
    const byName = new Set(people(entry).map(({ name }) => name));
    return people(entry)
      .filter(({ name }) => isEmail(name) && byName.has(names.get(foldEmail(name)) ?? ''))
      .map(({ path, name }) =>
        entry.error(path.split('.'), {
          code: 'broken_rule',
          message: `${name} is ${names.get(foldEmail(name))}, who is already a member; a member has one role`,
        }),
      );
  });
}
