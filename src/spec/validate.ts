/** The documents by themselves, and references to what is neither declared nor live. */

import { isObjectKind } from '../domain/kinds/index.js';
import { type ObjectRef, refText } from '../domain/objects.js';
import { fail, ok, type Result } from '../domain/result.js';
import { type Diagnostic, ordered } from './diagnostics.js';
import type { SpecEntry } from './entry.js';
import { findFiles } from './files.js';
import { type LoadedProject, loadDesired } from './load.js';
import { didYouMean } from './suggest.js';

/** What every store holds from its first start on. */
const FRESH_ENVIRONMENTS: readonly string[] = ['development', 'production'];

export const isFresh = ({ kind, name }: ObjectRef): boolean =>
  kind === 'Environment' && FRESH_ENVIRONMENTS.includes(name);

export interface Validation {
  /** How many objects the documents declare. */
  readonly objects: number;
}

/**
 * Checks documents without a store. With `paths`, only errors in those files and folders are reported;
 * the project's other documents still count as declared.
 */
export async function validate(
  project: LoadedProject,
  paths: readonly string[] = [],
): Promise<Result<Validation, readonly Diagnostic[]>> {
  const everything = [...new Set([...project.project.spec.specs, ...paths])];
  const desired = await loadDesired(project, paths.length > 0 ? { paths: everything } : {});
  const errors = desired.ok ? unresolved(desired.value.entries, isFresh) : desired.error;
  const isWanted = wanted(project, paths);
  const shown = errors.filter(({ position }) => isWanted(position.file));
  if (shown.length > 0) return fail(ordered(shown));
  const entries = desired.ok ? desired.value.entries : [];
  return ok({ objects: entries.filter(({ position }) => isWanted(position.file)).length });
}

function wanted({ folder }: LoadedProject, paths: readonly string[]): (file: string) => boolean {
  if (paths.length === 0) return () => true;
  const files = new Set(paths);
  for (const path of paths) {
    const found = findFiles(folder, path);
    if (found.ok) for (const { file } of found.value) files.add(file);
  }
  return (file) => files.has(file);
}

/**
 * An error for every field that names an object which is neither among `entries` (sorted by
 * `compareRefs`) nor live. `isLive` is asked once an object.
 */
export function unresolved(
  entries: readonly SpecEntry[],
  isLive: (ref: ObjectRef) => boolean,
): readonly Diagnostic[] {
  const wantedBy = new Map<
    string,
    { readonly ref: ObjectRef; readonly uses: { entry: SpecEntry; path: string }[] }
  >();
  for (const entry of entries) {
    for (const { kind, name, path } of entry.references) {
      if (!isObjectKind(kind)) continue;
      const text = `${kind}/${name}`;
      const known = wantedBy.get(text);
      if (known) known.uses.push({ entry, path });
      else wantedBy.set(text, { ref: { kind, name }, uses: [{ entry, path }] });
    }
  }
  for (const { ref } of entries) wantedBy.delete(refText(ref));
  return [...wantedBy.values()]
    .filter(({ ref }) => !isLive(ref))
    .flatMap(({ ref, uses }) => {
      const help = didYouMean(ref.name, namesOf(entries, ref.kind));
      const message = `there is no ${ref.kind} "${ref.name}", declared or live`;
      return uses.map(({ entry, path }) =>
        entry.error(path.split('.'), { code: 'unknown_reference', message, help }),
      );
    });
}

const namesOf = (entries: readonly SpecEntry[], kind: string): readonly string[] => [
  ...entries.filter(({ ref }) => ref.kind === kind).map(({ ref }) => ref.name),
  ...(kind === 'Environment' ? FRESH_ENVIRONMENTS : []),
];
