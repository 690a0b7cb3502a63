/** The documents by themselves, and references to what is neither declared nor live. */

import { FIRST_ENVIRONMENTS, FIRST_OWNER } from '../domain/first-start.js';
import { foldEmail, isObjectKind, kindOf, type ObjectKind, type Reference } from '../domain/kinds/index.js';
import { isAmong, isEmail, type ObjectRef } from '../domain/objects.js';
import { fail, ok, type Result } from '../domain/result.js';
import { BUILT_IN_ROLES } from '../domain/roles.js';
import { type Complaint, type Diagnostic, ordered } from './diagnostics.js';
import type { SpecEntry } from './entry.js';
import { findFiles, isStacksFolder } from './files.js';
import { type LoadedProject, type LoadedState, loadAll } from './load.js';
import type { FileReaders } from './parallel-parse.js';
import { readStacks } from './stacks/folder.js';
import { didYouMean, listed } from './suggest.js';

/** What every store holds from its first start on. */
const FRESH: Readonly<Partial<Record<ObjectKind, readonly string[]>>> = {
  Environment: FIRST_ENVIRONMENTS.map(({ metadata }) => metadata.name),
  User: [FIRST_OWNER.metadata.name, FIRST_OWNER.spec.email],
};

export const isFresh = ({ kind, name }: ObjectRef): boolean => FRESH[kind]?.includes(name) ?? false;

export interface Validation {
  /** How many objects the documents declare. */
  readonly objects: number;
}

/** What to check: files and folders of the project, everything when there are none, or what an app was synthesized to. */
export type Chosen = { readonly paths: readonly string[] } | { readonly app: string };

/**
 * Checks documents without a store. With `paths`, only errors in those files and folders are reported;
 * the project's other documents still count as declared. Those of an app are checked instead of the project's.
 */
export async function validate(
  project: LoadedProject,
  chosen: Chosen = { paths: [] },
  readers?: FileReaders,
): Promise<Result<Validation, readonly Diagnostic[]>> {
  const paths = 'paths' in chosen ? chosen.paths : [];
  const everything = 'app' in chosen ? [chosen.app] : [...new Set([...project.project.spec.specs, ...paths])];
  const isAll = 'paths' in chosen && paths.length === 0;
  const { state, errors } = await loadAll(project, { readers, ...(!isAll && { paths: everything }) });
  const isWanted = wanted(project, paths);
  const all = [...errors, ...unresolved(state, isFresh), ...approvalErrors(project, state, isFresh)];
  const shown = all.filter(({ position }) => isWanted(position.file));
  if (shown.length > 0) return fail(ordered(shown));
  return ok({ objects: state.entries.filter(({ position }) => isWanted(position.file)).length });
}

/** An error for each environment of `requireApproval` that is neither declared nor live: a slip would switch the guard off without a word. */
export function approvalErrors(
  { project, document }: LoadedProject,
  { entries }: Pick<LoadedState, 'entries'>,
  isLive: (ref: ObjectRef) => boolean,
): readonly Diagnostic[] {
  const names = project.spec.guard.requireApproval ?? [];
  return names.flatMap((name, index) => {
    const ref = { kind: 'Environment', name } as const;
    if (isAmong(entries, ref) || isLive(ref)) return [];
    const path = ['spec', 'guard', 'requireApproval', index];
    return [document.tree.error(path, 'value', unknownComplaint(ref, entries))];
  });
}

function wanted({ folder }: LoadedProject, paths: readonly string[]): (file: string) => boolean {
  if (paths.length === 0) return () => true;
  const files = new Set(paths);
  for (const path of paths) {
    for (const file of isStacksFolder(folder, path) ? constructsIn(folder, path) : filesIn(folder, path))
      files.add(file);
  }
  return (file) => files.has(file);
}

function constructsIn(folder: string, path: string): readonly string[] {
  const { files, wrong } = readStacks(folder, path);
  return [...files.map(({ file }) => file), ...wrong.map(({ position }) => position.file)];
}

function filesIn(folder: string, path: string): readonly string[] {
  const found = findFiles(folder, path);
  return found.ok ? found.value.map(({ file }) => file) : [];
}

/** An error for every field that names an object which is neither declared nor live. */
export function unresolved(
  { entries, references: lists }: Pick<LoadedState, 'entries' | 'references'>,
  isLive: (ref: ObjectRef) => boolean,
): readonly Diagnostic[] {
  const aliases = new DeclaredAliases(entries);
  const isKnown = (ref: ObjectRef): boolean => isAmong(entries, ref) || aliases.has(ref) || isLive(ref);
  const complaints = new Map<readonly Reference[], readonly (Complaint & { readonly path: string })[]>();
  for (const list of lists) {
    const unknown = list.filter(({ kind, name }) => isObjectKind(kind) && !isKnown({ kind, name }));
    const said = unknown.map((one) => ({ ...unknownComplaint(one, entries), path: one.path }));
    if (said.length > 0) complaints.set(list, said);
  }
  if (complaints.size === 0) return [];
  return entries.flatMap((entry) =>
    (complaints.get(entry.references) ?? []).map(({ path, ...complaint }) =>
      entry.error(path.split('.'), complaint),
    ),
  );
}

function unknownComplaint(
  { kind, name, scope }: Pick<Reference, 'kind' | 'name' | 'scope'>,
  entries: readonly SpecEntry[],
): Complaint {
  const names = entries.filter((entry) => entry.kind === kind).map(({ ref }) => ref.name);
  const fresh = isObjectKind(kind) ? (FRESH[kind] ?? []) : [];
  const builtIn = scope === undefined ? [] : Object.keys(BUILT_IN_ROLES[scope]);
  const known = [...new Set([...names, ...fresh, ...builtIn])];
  const help =
    didYouMean(name, known) ?? `declare it${known.length === 0 ? '' : `, or name one of ${listed(known)}`}`;
  return { code: 'unknown_reference', message: `there is no ${kind} "${name}", declared or live`, help };
}

/** Other names of declared objects. Documents are loaded for it, but only if something is referred to so. */
class DeclaredAliases {
  readonly #entries: readonly SpecEntry[];
  readonly #byKind = new Map<ObjectKind, ReadonlySet<string>>();

  constructor(entries: readonly SpecEntry[]) {
    this.#entries = entries;
  }

  has({ kind, name }: ObjectRef): boolean {
    if (!isEmail(name)) return false;
    const known = this.#byKind.get(kind) ?? this.#aliasesOf(kind);
    this.#byKind.set(kind, known);
    return known.has(foldEmail(name));
  }

  #aliasesOf(kind: ObjectKind): ReadonlySet<string> {
    const declared = this.#entries.filter((entry) => entry.kind === kind);
    return new Set(declared.flatMap((entry) => kindOf(kind).alias?.(entry.load().spec) ?? []));
  }
}
