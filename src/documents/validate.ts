/** The documents by themselves, and references to what is neither declared nor live. */

import { FIRST_ENVIRONMENTS, FIRST_OWNER } from '../domain/first-start.js';
import { foldEmail, isObjectKind, kindOf, type ObjectKind, type Reference } from '../domain/kinds/index.js';
import { declaredEnd } from '../domain/lifecycle.js';
import { isAmong, isEmail, type ObjectRef } from '../domain/objects.js';
import { fail, ok, type Result } from '../domain/result.js';
import { BUILT_IN_ROLES } from '../domain/roles.js';
import type { Instant } from '../domain/time.js';
import { isAmongBroken } from './broken.js';
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

export interface Checking {
  readonly readers?: FileReaders | undefined;
  /** Against which instants in the documents are held; absent: against none. */
  readonly now?: Instant;
}

/**
 * Checks documents without a store. With `paths`, only errors in those files and folders are reported;
 * the project's other documents still count as declared. Those of an app are checked instead of the project's.
 */
export async function validate(
  project: LoadedProject,
  chosen: Chosen = { paths: [] },
  { readers, now }: Checking = {},
): Promise<Result<Validation, readonly Diagnostic[]>> {
  const paths = 'paths' in chosen ? chosen.paths : [];
  const more = paths.length > 0 && { paths: [...new Set([...project.project.spec.specs, ...paths])] };
  const where = 'app' in chosen ? { app: chosen.app } : more;
  const { state, errors } = await loadAll(project, { readers, ...where });
  const isWanted = wanted(project, paths);
  const all = [
    ...errors,
    ...unresolved(state, isFresh),
    ...approvalErrors(project, state, isFresh),
    ...(now === undefined ? [] : pastEnds(state.entries, now)),
  ];
  const shown = all.filter(({ position }) => isWanted(position.file));
  if (shown.length > 0) return fail(ordered(shown));
  return ok({ objects: state.entries.filter(({ position }) => isWanted(position.file)).length });
}

/** An error for each key whose end has passed: without a store it is not known whether it ever had a version. */
function pastEnds(entries: readonly SpecEntry[], now: Instant): readonly Diagnostic[] {
  return entries.flatMap((entry) => {
    const declaration = entry.kind === 'ApiKey' ? entry.load() : undefined;
    if (declaration?.kind !== 'ApiKey' || declaredEnd(declaration.spec) > now) return [];
    const message = `${declaration.spec.expiresAt} is in the past`;
    const help = 'use a later date or remove the document';
    return [entry.error(['spec', 'expiresAt'], { code: 'broken_rule', message, help })];
  });
}

/** An error for each environment of `requireApproval` that is neither declared nor live: a slip would switch the guard off without a word. */
export function approvalErrors(
  { project, document }: LoadedProject,
  { entries, broken }: Pick<LoadedState, 'entries' | 'broken'>,
  isLive: IsLive,
): readonly Diagnostic[] {
  const names = project.spec.guard.requireApproval ?? [];
  return names.flatMap((name, index) => {
    const ref = { kind: 'Environment', name } as const;
    // The guard holds for the removal of the environment itself, until it is gone.
    if (isAmong(entries, ref) || isAmongBroken(broken, ref) || isLive(ref) !== false) return [];
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
  return found.ok ? found.value.files.map(({ file }) => file) : [];
}

/** `leaving`: it is live, and removed because no document declares it. */
type IsLive = (ref: ObjectRef) => boolean | 'leaving';

/** An error for every field that names an object which is neither declared nor live, or about to be removed. */
export function unresolved(
  { entries, references: lists, broken }: Pick<LoadedState, 'entries' | 'references' | 'broken'>,
  isLive: IsLive,
): readonly Diagnostic[] {
  const aliases = new DeclaredAliases(entries);
  const lookUp: IsLive = (ref) =>
    isAmong(entries, ref) || aliases.has(ref) || isAmongBroken(broken, ref) || isLive(ref);
  const complaints = new Map<readonly Reference[], readonly (Complaint & { readonly path: string })[]>();
  for (const list of lists) {
    const said = list.flatMap((one) => {
      const { kind, name, path } = one;
      const known = !isObjectKind(kind) || lookUp({ kind, name });
      // Personal keys do not prevent removal: a person is removed at once, and the plan says what dies with them.
      if (known === true || (known === 'leaving' && path === 'spec.owner.user')) return [];
      const complaint = known === 'leaving' ? leavingComplaint(one) : unknownComplaint(one, entries);
      return [{ ...complaint, path }];
    });
    if (said.length > 0) complaints.set(list, said);
  }
  if (complaints.size === 0) return [];
  return entries.flatMap((entry) =>
    (complaints.get(entry.references) ?? []).map(({ path, ...complaint }) =>
      entry.error(path.split('.'), complaint),
    ),
  );
}

const leavingComplaint = ({ kind, name }: Pick<Reference, 'kind' | 'name'>): Complaint => ({
  code: 'unknown_reference',
  message: `there is no ${kind} "${name}" in the documents, and the live one would be removed`,
  help: 'declare it again, or remove what names it too',
});

function unknownComplaint(
  { kind, name, scope }: Pick<Reference, 'kind' | 'name' | 'scope'>,
  entries: readonly SpecEntry[],
): Complaint {
  const names = entries.filter((entry) => entry.kind === kind).map(({ ref }) => ref.name);
  const fresh = isObjectKind(kind) ? (FRESH[kind] ?? []) : [];
  const builtIn = scope === undefined ? [] : Object.keys(BUILT_IN_ROLES[scope]);
  const known = [...new Set([...names, ...fresh, ...builtIn])];
  const help =
    didYouMean(name, known) ?? `declare it${known.length === 0 ? '' : `, or use one of ${listed(known)}`}`;
  return { code: 'unknown_reference', message: `${kind} "${name}" is neither declared nor live`, help };
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
