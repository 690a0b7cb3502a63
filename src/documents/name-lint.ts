/** The lint of names as errors, where the project's policy makes it so (`policy.naming: error`). */
import type { DesiredProject } from '../domain/desired.js';
import { isLinted, namingProblem, personalWords } from '../domain/name-lint.js';
import type { Diagnostic } from './diagnostics.js';
import type { SpecEntry } from './entry.js';

/** At each name; the people who are declared count, those who are only live are reported in a plan. */
export function namingErrors(entries: readonly SpecEntry[], { spec }: DesiredProject): readonly Diagnostic[] {
  if (spec.policy.naming !== 'error') return [];
  const declared = entries.filter((entry) => entry.kind === 'User').map((entry) => entry.load());
  const people = personalWords(declared.flatMap((one) => (one.kind === 'User' ? [one] : [])));
  return entries
    .filter(({ kind }) => isLinted(kind))
    .flatMap((entry) => {
      const problem = namingProblem(entry.ref.name, people);
      if (problem === undefined) return [];
      const message = `the name ${problem}`;
      return [entry.error(['metadata', 'name'], { code: 'broken_rule', message })];
    });
}
