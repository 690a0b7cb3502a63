/**
 * Where a controller's documents come from: the working folder, or a branch that is kept in step beside it. Reads
 * them whole every time; what is unchanged is remembered and not parsed again.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  type Documents,
  type PassFailure,
  passFailure,
  type ReadDocuments,
} from '../controller/documents.js';
import type { Diagnostic } from '../documents/diagnostics.js';
import type { DocumentCache, Recollection } from '../documents/document-cache.js';
import { type LoadedProject, loadDesired, loadProject } from '../documents/load.js';
import type { FileReaders } from '../documents/parallel-parse.js';
import { approvalErrors, unresolved } from '../documents/validate.js';
import { type Fault, fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import type { Branch, SynthesizedApp } from './dependencies.js';

export interface SourcePlace {
  /** Where keywright.yaml is. */
  readonly folder: string;
  readonly branch: Branch | undefined;
  readonly memory: DocumentCache | undefined;
  readonly readers: FileReaders | undefined;
  /** The project that the controller started with. */
  readonly started: LoadedProject;
  /** Is the store named by a flag, whatever the project says? */
  readonly hasOwnStore: boolean;
  /** Runs the app that declares instead of the project's documents; undefined without one. */
  readonly synthesize: () => Promise<Result<SynthesizedApp> | undefined>;
}

/** Reads project and documents. Folders that held documents and are gone stop the pass: an absence is no removal. */
export function reader({
  folder,
  branch,
  memory,
  readers,
  started,
  hasOwnStore,
  synthesize,
}: SourcePlace): ReadDocuments {
  const seen = new Set<string>();
  const remembered = inProcess(memory);
  return async () => {
    const project = await readProject(folder);
    if (!project.ok) return project;
    const moved = movedSince(started, project.value, hasOwnStore);
    if (moved) return fail(passFailure(moved));
    const app = await synthesize();
    if (app?.ok === false) return fail(passFailure(app.error));
    const gone = app ? undefined : goneFolder(project.value, seen);
    if (gone) return fail(passFailure(gone));
    const synthesized = app && { app: app.value.folder };
    const desired = await loadDesired(project.value, { memory: remembered, readers, ...synthesized });
    await app?.value.discard();
    if (!desired.ok) return fail(badDocuments(desired.error));
    const documents: Documents = {
      desired: desired.value,
      ...(branch && { commit: branch.commit() }),
      unresolved: (isLive) =>
        problemsOf([
          ...unresolved(desired.value, isLive),
          ...approvalErrors(project.value, desired.value, isLive),
        ]),
    };
    return ok(documents);
  };
}

/** The project declared in `folder`, or what is wrong with it. */
export async function readProject(folder: string): Promise<Result<LoadedProject, PassFailure>> {
  const project = await loadProject(folder);
  if (project.ok) return project;
  if (project.error[0]?.code !== 'no_project') return fail(badDocuments(project.error));
  return fail(
    passFailure(fault('no_project', 'there is no keywright.yaml; nothing is applied until it exists')),
  );
}

/** What a running controller cannot follow: it holds the store open, and another one would be filled with new keys. */
function movedSince(
  { folder, project: from }: LoadedProject,
  { project: to }: LoadedProject,
  hasOwnStore: boolean,
): Fault | undefined {
  // However a path is written, it is one file.
  const placeOf = (path: string): string => (path.includes('://') ? path : resolve(folder, path));
  const rootsOf = ({ spec }: typeof from): string => spec.sinkRoots.map(placeOf).sort().join('\0');
  const isSame =
    from.name === to.name &&
    (hasOwnStore || placeOf(from.spec.store) === placeOf(to.spec.store)) &&
    rootsOf(from) === rootsOf(to);
  if (isSame) return undefined;
  return fault(
    'invalid_documents',
    'the project name, store or sinkRoots in keywright.yaml changed after this controller was started; nothing is applied. Restart the controller if this is intended',
  );
}

/** A listed folder that is missing is an error of the documents; this is about the one that is looked in by default. */
function goneFolder({ folder, project }: LoadedProject, seen: Set<string>): Fault | undefined {
  for (const path of project.spec.specs) {
    if (existsSync(resolve(folder, path))) seen.add(path);
    else if (seen.has(path))
      return fault(
        'invalid_documents',
        `the documents folder ${path} was deleted; nothing is removed because of that. Restore it, or restart the controller if this is intended`,
      );
  }
  return undefined;
}

function badDocuments(diagnostics: readonly Diagnostic[]): PassFailure {
  const problems = problemsOf(diagnostics);
  const count = `${problems.length} ${problems.length === 1 ? 'error' : 'errors'}`;
  return passFailure(fault('invalid_documents', `${count} in the documents; nothing is applied`), problems);
}

const problemsOf = (diagnostics: readonly Diagnostic[]) =>
  diagnostics.map(({ position, message, help }) => ({
    position,
    message: help === undefined ? message : `${message} (${help})`,
  }));

/** The same memory, read from its file once. */
function inProcess(memory: DocumentCache | undefined): DocumentCache {
  let known: Promise<Recollection | undefined> | undefined;
  return {
    recall: () => {
      known ??= memory?.recall() ?? Promise.resolve(undefined);
      return known;
    },
    keep: async (recollection) => {
      known = Promise.resolve(recollection);
      await memory?.keep(recollection);
    },
  };
}
