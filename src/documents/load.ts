/** From a project to its desired state: finds the documents, reads them, checks them together. */
import { digestOf, sha256 } from '../domain/canonical.js';
import type { DesiredState } from '../domain/desired.js';
import { documentSchema } from '../domain/kinds/document-schema.js';
import { KINDS, type KindName } from '../domain/kinds/index.js';
import { DEFAULT_SPECS } from '../domain/kinds/project.js';
import { sortedByRef } from '../domain/objects.js';
import { fail, ok, type Result } from '../domain/result.js';
import type { BrokenDocument } from './broken.js';
import { crossErrors } from './cross-checks.js';
import { type Diagnostic, ordered } from './diagnostics.js';
import type { DocumentCache, Recollection, RememberedFile } from './document-cache.js';
import { SpecEntry } from './entry.js';
import { findFiles, isAbsent, isStacksFolder, readFile } from './files.js';
import { namingErrors } from './name-lint.js';
import { type FileReaders, parseInParallel } from './parallel-parse.js';
import { fileError, type LoadedProject } from './project.js';
import { readDocuments } from './read.js';
import { type FileEntries, recheckSet } from './recheck-set.js';
import { SpecFile } from './spec-file.js';
import { readStacks } from './stacks/folder.js';

export { type LoadedProject, loadProject } from './project.js';

/** Grows when documents come to mean something else, other than by their schemas: all is read anew. */
const MEANING = 4;

export interface LoadOptions {
  /** Files and folders instead of the project's `specs`, relative to its folder and in it. */
  readonly paths?: readonly string[];
  /** What an app was synthesized to, wherever that is, instead of the project's `specs`. */
  readonly app?: string;
  readonly memory?: DocumentCache;
  /** Threads for a large number of new files. */
  readonly readers?: FileReaders | undefined;
}

export interface LoadedState extends DesiredState {
  readonly entries: readonly SpecEntry[];
  readonly references: NonNullable<DesiredState['references']>;
  /** Documents that are wrong, where what is right is asked about nevertheless. */
  readonly broken: readonly BrokenDocument[];
}

/**
 * Everything the project's documents declare. References are not resolved: what is live counts too
 * (`unresolved`). The error has at least one diagnostic and at most DIAGNOSTICS_MAX and their number.
 */
export async function loadDesired(
  project: LoadedProject,
  options: LoadOptions = {},
): Promise<Result<LoadedState, readonly Diagnostic[]>> {
  const { state, errors } = await loadAll(project, options);
  return errors.length === 0 ? ok(state) : fail(ordered(errors));
}

/** What is right, and all that is not, neither ordered nor bounded. */
export async function loadAll(
  project: LoadedProject,
  options: LoadOptions,
): Promise<{ readonly state: LoadedState; readonly errors: readonly Diagnostic[] }> {
  const { files, missing } = filesOf(project, options);
  const key = memoryKey(project);
  const recalled = await options.memory?.recall();
  const before = recalled?.key === key ? recalled : undefined;
  const { found, read, wrong, broken, areUnchanged } = await readAll(project, files, {
    before,
    readers: options.readers,
  });

  const all = found.flatMap((file) => file.entries);
  const entries = areInOrder(all) ? all : sortedByRef(all);
  const same = areUnchanged ? before : undefined;
  const digest = same?.digest ?? digestOfAll(project, entries);
  const isKnownSound = same?.isSound === true;
  const references = new Set(read.flatMap((file) => file.references));
  const { folder } = project;
  const suspects =
    !isKnownSound && before?.isSound ? recheckSet({ files: found, entries, folder }) : undefined;
  const across = isKnownSound
    ? []
    : [...crossErrors({ entries, references }, folder, suspects), ...namingErrors(entries, project.project)];
  const errors = [...missing, ...wrong, ...across];
  if (!isKnownSound) await options.memory?.keep({ key, isSound: errors.length === 0, digest, files: read });
  return { state: { project: project.project, entries, references, digest, broken }, errors };
}

/** What comes from memory mostly is; and what is in the order of marks is in that of `compareRefs`. */
function areInOrder(entries: readonly SpecEntry[]): boolean {
  let before = '';
  for (const { mark } of entries) {
    if (mark < before) return false;
    before = mark;
  }
  return true;
}

const digestOfAll = ({ project }: LoadedProject, entries: readonly SpecEntry[]): string =>
  sha256(digestOf(project) + entries.map((entry) => entry.digest).join('')).slice(0, 32);

/** Digest of everything, other than their text, that the meaning of documents depends on. */
const memoryKey = ({ folder, project }: LoadedProject): string =>
  digestOf({
    meaning: MEANING,
    schemas: (Object.keys(KINDS) as KindName[]).map(documentSchema),
    project,
    folder,
  });

interface FilesOfAll {
  readonly files: readonly SpecFile[];
  readonly missing: readonly Diagnostic[];
}

/** keywright.yaml and the files that it, or the caller, names; each once. */
function filesOf(
  { folder, project, document, file, holdsObjects }: LoadedProject,
  { paths, app }: LoadOptions,
): FilesOfAll {
  const files = new Map([[file.file, file]]);
  const missing: Diagnostic[] = [];
  const addStacks = (path: string): void => {
    const stacks = readStacks(folder, path);
    // Constructs of two apps may have the same path.
    for (const [nth, one] of stacks.files.entries()) files.set(`${path}#${nth}`, one);
    missing.push(...stacks.wrong);
  };
  if (app !== undefined) addStacks(app);
  const isListed = paths !== undefined || document.spec['specs'] !== undefined;
  for (const [index, path] of (app === undefined ? (paths ?? project.spec.specs) : []).entries()) {
    const at = (name: string, reason: string): void => {
      const message = `${name} ${reason}`;
      missing.push(
        paths === undefined
          ? document.tree.error(['spec', 'specs', index], 'value', { code: 'unreadable', message })
          : fileError(path, 'unreadable', message),
      );
    };
    const found = findFiles(folder, path);
    // The folder that is looked in by default was not asked for, and a project may be all in one file.
    const isOptional = paths === undefined && path === DEFAULT_SPECS && (!isListed || holdsObjects);
    if (!found.ok) {
      if (!isOptional || !isAbsent(folder, path)) at(path, found.error);
      continue;
    }
    if (isStacksFolder(folder, path)) {
      addStacks(path);
      continue;
    }
    for (const { file: name, reason } of found.value.refused) at(name, reason);
    for (const one of found.value.files) {
      if (files.has(one.file)) continue;
      const bytes = readFile(one);
      if (bytes.ok) files.set(one.file, new SpecFile(bytes.value));
      else at(one.file, bytes.error);
    }
  }
  return { files: [...files.values()], missing };
}

interface ReadAll {
  readonly found: readonly FileEntries[];
  readonly read: readonly RememberedFile[];
  readonly wrong: readonly Diagnostic[];
  readonly broken: readonly BrokenDocument[];
  readonly areUnchanged: boolean;
}

async function readAll(
  { folder, project, file: projectFile }: LoadedProject,
  files: readonly SpecFile[],
  {
    before,
    readers,
  }: { readonly before: Recollection | undefined; readonly readers: FileReaders | undefined },
): Promise<ReadAll> {
  const context = { folder, project };
  const known = new Map(before?.files.map((remembered) => [remembered.file, remembered]));
  const news = files.filter((file) => file !== projectFile && !known.has(file.file));
  const ahead = await parseInParallel(readers, context, news);
  const found: FileEntries[] = [];
  const read: RememberedFile[] = [];
  const wrong: Diagnostic[] = [];
  const broken: BrokenDocument[] = [];
  let areUnchanged = known.size === files.length;
  for (const file of files) {
    const reading = { file, context, isProjectFile: file === projectFile };
    const one = ahead.get(file) ?? readDocuments(reading, known.get(file.file));
    const origin = { file, context, declarations: one.declarations };
    found.push({
      entries: one.remembered.documents.map((remembered) => new SpecEntry(remembered, origin)),
      text: one.isUnchanged ? one.remembered.text : undefined,
    });
    read.push(one.remembered);
    wrong.push(...one.wrong);
    broken.push(...one.broken);
    areUnchanged &&= one.isUnchanged;
  }
  return { found, read, wrong, broken, areUnchanged };
}
