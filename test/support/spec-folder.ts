/** A throw-away working folder with documents, for tests of the front end. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Diagnostic } from '../../src/documents/diagnostics.js';
import { type LoadedState, type LoadOptions, loadDesired, loadProject } from '../../src/documents/load.js';

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export const PROJECT = 'apiVersion: keywright.dev/v1\nkind: Project\nmetadata: { name: acme }\nspec: {}\n';

type Files = Readonly<Record<string, string | Uint8Array>>;

/** A new folder with these files; `keywright.yaml` is PROJECT unless given. */
export function specFolder(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), 'spec-'));
  folders.push(folder);
  write(folder, { 'keywright.yaml': PROJECT, ...files });
  return folder;
}

export function write(folder: string, files: Files): void {
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), content);
  }
}

export interface Outcome {
  /** Undefined when there were errors. */
  readonly state: LoadedState | undefined;
  readonly errors: readonly Diagnostic[];
}

export async function load(folder: string, options: LoadOptions = {}): Promise<Outcome> {
  const project = await loadProject(folder);
  if (!project.ok) return { state: undefined, errors: project.error };
  const desired = await loadDesired(project.value, options);
  return desired.ok ? { state: desired.value, errors: [] } : { state: undefined, errors: desired.error };
}

/** What comes of one document file beside a plain project. */
export const loadText = (text: string | Uint8Array, file = 'specs/a.yaml'): Promise<Outcome> =>
  load(specFolder({ [file]: text }));

/** `a.yaml:2:3 unknown_field unknown field "x" (did you mean …)`. */
export const line = ({ position, code, message, help }: Diagnostic): string =>
  `${position.file.replace('specs/', '')}:${position.line}:${position.column} ${code} ${message}${help ? ` (${help})` : ''}`;

/** What a load comes to, as plain values. */
export async function seen(folder: string, options: LoadOptions = {}) {
  const { state, errors } = await load(folder, options);
  return {
    errors: errors.map(line),
    digest: state?.digest,
    entries: state?.entries.map(({ ref, digest, position, labels, references, sinks, previousName }) => ({
      ref,
      digest,
      position,
      labels,
      references,
      sinks,
      previousName,
    })),
    declarations: state?.entries.map((entry) => entry.load()),
  };
}
