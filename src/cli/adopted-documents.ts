/** Documents of objects that are taken over, written where the project reads its documents from. */
import { readFile, rm } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { KeepDocument } from '../apply/step-world.js';
import { documentRefusal, folderRefusal, isAbsent, isStacksFolder } from '../documents/files.js';
import { fault } from '../domain/errors.js';
import { compareRefs, type Declaration, refOf } from '../domain/objects.js';
import { fail, ok, type Result } from '../domain/result.js';
import { type Documented, documentsOf } from '../render/export.js';
import { documentsForEditors } from '../render/export-yaml.js';
import { isYamlFile, writeText } from './document-files.js';
import { type Failure, failure } from './failure.js';
import { type Documents, openDocuments } from './session.js';
import type { CommandContext } from './terminal.js';

/** Writes a file of its own for each, `specs/adopted/Service-billing.yaml`; never over another text. */
export const keepDocument =
  (documents: Documents): KeepDocument =>
  async (declaration) => {
    const root = specsFolder(documents);
    if (!root.ok) return fail(root.error.fault);
    const { kind, name } = refOf(declaration);
    const path = join(root.value, 'adopted', `${kind}-${name.replaceAll('/', '-')}.yaml`);
    const refusal = refusedFile(documents.place.folder, path);
    if (refusal !== undefined) return fail(fault('usage', refusal));
    const text = textOf([asLive(declaration)], documents);
    const present = await textAt(resolve(documents.place.folder, path));
    if (present === text) return ok(undefined);
    if (present !== undefined)
      return fail(fault('exists', `${path} already exists with different content; move it away`));
    const written = await writeText(documents.place.folder, path, text);
    return written.ok ? written : fail(written.error.fault);
  };

const asLive = (declaration: Declaration): Documented => ({
  ref: refOf(declaration),
  id: '',
  declaration,
  ownership: undefined,
  origin: 'system',
});

/** Nothing is said of whose they are: once this is read, they are this project's. */
const textOf = (objects: readonly Documented[], { project, ownership }: Documents): string =>
  documentsForEditors(
    documentsOf(
      objects.map((one) => ({ ...one, ownership })),
      { ownership, defaults: project.project.spec.defaults },
    ),
  );

/** Where the project reads whatever is put. */
function specsFolder({ project, source }: Documents): Result<string, Failure> {
  if (source !== 'files')
    return failure(
      'conflict',
      'this project is declared by an app, and documents are not read; declare the adopted objects in the app: keywright export --format cdk',
    );
  const folder = project.project.spec.specs.find(
    (path) => !/\.(?:ya?ml|json)$/.test(path) && !isStacksFolder(project.folder, path),
  );
  return folder === undefined
    ? failure('conflict', 'spec.specs in keywright.yaml lists files only; add a folder for new documents')
    : ok(folder);
}

/** The file that `--write` means; without a name, `adopted.yaml` in the first folder of documents. */
export function fileToWrite(documents: Documents, given: string | undefined): Result<string, Failure> {
  const root = specsFolder(documents);
  if (given === undefined) return root.ok ? ok(join(root.value, 'adopted.yaml')) : root;
  const refusal = refusedFile(documents.place.folder, given);
  if (refusal !== undefined) return failure('usage', refusal);
  if (!isYamlFile(given)) return failure('usage', `--write takes a .yaml file, not ${JSON.stringify(given)}`);
  const { specs } = documents.project.project.spec;
  if (specs.some((path) => path === given || isWithin(path, given, documents.place.folder))) return ok(given);
  return failure(
    'usage',
    `${given} is outside the folders that documents are read from (${specs.join(', ')}); use a file in one of them`,
  );
}

/** Of an existing file, or of the folder that it is to be written into: a link must not lead the write elsewhere. */
function refusedFile(folder: string, file: string): string | undefined {
  const path = resolve(folder, file);
  if (!isAbsent(folder, path)) {
    const reason = documentRefusal(folder, path);
    return reason && `${file} ${reason}`;
  }
  const parent = dirname(path);
  if (isAbsent(folder, parent)) return refusedFile(folder, parent);
  const reason = folderRefusal(folder, parent);
  return reason && `${file}: its folder ${reason}`;
}

function isWithin(root: string, path: string, folder: string): boolean {
  const way = relative(resolve(folder, root), resolve(folder, path));
  const isHidden = way.split(sep).some((part) => part.startsWith('.') || part === 'node_modules');
  return way !== '' && !isAbsolute(way) && !isHidden;
}

/**
 * Adds documents of the objects to a file, and gives all documents as they read now. When they are wrong with
 * these, the file is as it was before.
 */
export async function addDocuments(
  context: CommandContext,
  documents: Documents,
  { file, objects }: { readonly file: string; readonly objects: readonly Documented[] },
): Promise<Result<Documents, Failure>> {
  const { folder } = documents.place;
  const before = await textAt(resolve(folder, file));
  const start = before === undefined || before.trim() === '' ? '' : `${before.trimEnd()}\n---\n`;
  const written = await writeText(folder, file, start + textOf(objects, documents));
  if (!written.ok) return written;
  const after = await openDocuments(context);
  const missing = after.ok ? undeclared(objects, after.value) : [];
  if (after.ok && missing.length === 0) return after;
  const undone =
    before === undefined
      ? ok(await rm(resolve(folder, file), { force: true }))
      : await writeText(folder, file, before);
  if (!undone.ok) return undone;
  return after.ok ? failure('conflict', `${file} is not read as a document; nothing was adopted`) : after;
}

/** Those that no document declares. */
export const undeclared = <O extends Pick<Documented, 'ref'>>(
  objects: readonly O[],
  { desired }: Documents,
): readonly O[] =>
  objects.filter(({ ref }) => !desired.entries.some((entry) => compareRefs(entry.ref, ref) === 0));

const textAt = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined);
