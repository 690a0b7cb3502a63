/** Finds and reads the project of a folder: the one Project document in keywright.yaml. */
import { resolve } from 'node:path';
import type { DesiredProject } from '../domain/desired.js';
import { fail, ok, type Result } from '../domain/result.js';
import { declareProject } from './declare.js';
import { type Diagnostic, type DiagnosticCode, errorAt, ordered } from './diagnostics.js';
import { type CheckedDocument, checkDocument } from './document.js';
import { readProjectFile } from './files.js';
import { split } from './source.js';
import { SpecFile } from './spec-file.js';

export interface LoadedProject {
  /** Absolute path of the working folder. */
  readonly folder: string;
  readonly project: DesiredProject;
  /** keywright.yaml as it was read; other documents may stand in it. */
  readonly file: SpecFile;
  /** The Project document, for pointing at its fields. */
  readonly document: CheckedDocument;
  /** Are objects declared beside the project in keywright.yaml? */
  readonly holdsObjects: boolean;
}

/**
 * The project declared in `folder`. The first diagnostic has the code `no_project` when there is no
 * keywright.yaml at all. Other documents in that file are left to `loadDesired`.
 */
export async function loadProject(folder: string): Promise<Result<LoadedProject, readonly Diagnostic[]>> {
  const read = readProjectFile(folder);
  if (read === undefined) {
    return failAt(
      'keywright.yaml',
      'no_project',
      'there is no keywright.yaml in this folder',
      'create one with: keywright init',
    );
  }
  if (!read.ok) return failAt('keywright.yaml', 'unreadable', `keywright.yaml ${read.error}`);
  const file = new SpecFile(read.value);
  const encoding = file.encodingErrors();
  if (encoding.length > 0) return fail(encoding);

  const checked = split(file.source.text).map((chunk) => checkDocument(file.source, chunk));
  const documents = checked.flatMap((one) => (one.ok && one.value?.kind === 'Project' ? [one.value] : []));
  const [document, ...others] = documents;
  if (document === undefined) {
    const errors = checked.flatMap((one) => (one.ok ? [] : one.error));
    if (errors.length > 0) return fail(ordered(errors));
    return failAt(
      file.file,
      'misplaced_project',
      'the file has no Project document',
      'create one with: keywright init',
    );
  }
  if (others.length > 0) return fail(others.map((other) => secondProject(other, document)));
  const project = declareProject(document);
  if (!project.ok) return project;
  const holdsObjects = checked.some((one) => !one.ok || (one.value && one.value !== document));
  return ok({ folder: resolve(folder), project: project.value, file, document, holdsObjects });
}

function secondProject({ tree }: CheckedDocument, first: CheckedDocument): Diagnostic {
  const { position } = first.tree.place(['metadata', 'name'], 'value');
  return tree.error(['kind'], 'value', {
    code: 'misplaced_project',
    message: 'the file has two Project documents',
    help: `the first is ${first.metadata.name} in ${position.file}:${position.line}`,
  });
}

/** An error about a file as a whole. */
export function fileError(file: string, code: DiagnosticCode, message: string, help?: string): Diagnostic {
  return errorAt(
    { position: { file, line: 1, column: 1 }, length: 1, sourceLine: '' },
    { code, message, help },
  );
}

const failAt = (...error: Parameters<typeof fileError>) => fail([fileError(...error)]);
