/**
 * The one module in `documents`, beside `containment.ts`, that touches the file system: finds the files with documents, reads them, and
 * answers questions about paths. Decides nothing about what is in them.
 */
import {
  closeSync,
  constants,
  type Dirent,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { fail, ok, type Result } from '../domain/result.js';
import {
  fileRefusal,
  isBelow,
  isDocumentFile,
  isDocumentLike,
  isStoreFolder,
  pathRefusal,
} from './containment.js';
import { isMissingSubmodule } from './submodule.js';

export { isBelow } from './containment.js';

/** Larger files hold no documents written by people. */
const FILE_MAX = 64 * 1024 * 1024;
/** Folders within one another. */
const FOLDERS_MAX = 64;

/** A file by its path for people (relative to the project's folder, with slashes) and its real path. */
export interface FoundFile {
  readonly file: string;
  readonly path: string;
}

export interface ReadFile extends FoundFile {
  readonly bytes: Buffer;
}

/** Where a project may be declared, in the order of looking. */
export const PROJECT_FILES = ['keywright.yaml', 'keywright.yml', 'keywright.json'] as const;

/** What is not read although it could hold documents, and a reason that fits after the path. */
export interface RefusedFile {
  readonly file: string;
  readonly reason: string;
}

export interface FoundFiles {
  readonly files: readonly FoundFile[];
  readonly refused: readonly RefusedFile[];
}

/**
 * The document files at `path` (relative to `folder`): the file itself, or those in the folder at any depth, sorted;
 * hidden ones, node_modules and live stores are passed over. Opens none of them. The error is a reason that fits
 * after the path.
 */
export function findFiles(folder: string, path: string): Result<FoundFiles, string> {
  const start = resolve(folder, path);
  try {
    const stats = statSync(start);
    const refusal = stats.isDirectory() ? pathRefusal(folder, start) : fileRefusal(folder, start);
    if (refusal !== undefined) return fail(refusal);
    if (stats.isFile()) return ok({ files: [found(folder, start)], refused: [] });
    if (!stats.isDirectory()) return fail('is neither a file nor a folder');
    const state: Walk = { folder, files: [], refused: [], seen: new Set() };
    walk(state, start, 0);
    return ok(state);
  } catch (error) {
    return fail(reasonOf(error));
  }
}

interface Walk {
  readonly folder: string;
  readonly files: FoundFile[];
  readonly refused: RefusedFile[];
  /** Real paths of the folders entered: links may form a circle. */
  readonly seen: Set<string>;
}

function walk(state: Walk, path: string, depth: number): void {
  const { folder, refused, seen } = state;
  if (depth > FOLDERS_MAX) {
    refused.push({ ...found(folder, path), reason: `has folders nested more than ${FOLDERS_MAX} deep` });
    return;
  }
  const real = realpathSync(path);
  if (seen.has(real)) return;
  seen.add(real);
  const members = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  if (members.length === 0 && isMissingSubmodule(real))
    refused.push({
      ...found(folder, path),
      reason: 'is a submodule that is not checked out; run git submodule update --init',
    });
  for (const member of members) {
    if (member.name.startsWith('.') || member.name === 'node_modules') continue;
    const place = join(path, member.name);
    const seenAs = visit(folder, member, place);
    if (seenAs === 'folder') walk(state, place, depth + 1);
    else if (seenAs === 'file') state.files.push(found(folder, place));
    else if (seenAs !== 'other') refused.push({ ...found(folder, place), ...seenAs });
  }
}

/**
 * Links are followed within the working folder, as mounted configuration consists of them; pipes and devices are never
 * opened. What is not read and could hold documents is refused by name, never passed over: what it declared would be
 * removed.
 */
function visit(
  folder: string,
  member: Dirent,
  path: string,
): 'file' | 'folder' | 'other' | { reason: string } {
  const isLink = member.isSymbolicLink();
  const stats = isLink ? statSync(path, { throwIfNoEntry: false }) : member;
  if (stats === undefined) return { reason: 'is a link that leads nowhere; remove it or mend it' };
  if (stats.isDirectory()) {
    // A store in a folder of documents is passed over as hidden folders are.
    if (isStoreFolder(path)) return 'other';
    const reason = isLink ? pathRefusal(folder, path) : undefined;
    return reason === undefined ? 'folder' : { reason };
  }
  if (!isDocumentLike(member.name)) return 'other';
  if (!stats.isFile()) return { reason: 'is neither a file nor a folder' };
  if (!isDocumentFile(member.name))
    return { reason: `has an ending that is not read; rename it to ${withLowerEnding(member.name)}` };
  const reason = isLink ? fileRefusal(folder, path) : undefined;
  return reason === undefined ? 'file' : { reason };
}

const withLowerEnding = (name: string): string => name.replace(/[^.]+$/, (ending) => ending.toLowerCase());

const found = (folder: string, path: string): FoundFile => ({
  file: relative(folder, path).replaceAll(sep, '/'),
  path,
});

/** Is `path` (relative to `folder`) what a CDK app is synthesized to, or the half of it? */
export function isStacksFolder(folder: string, path: string): boolean {
  const stacks = resolve(folder, path, 'stacks');
  try {
    const names = readdirSync(stacks);
    const isWhole = existsSync(resolve(folder, path, 'manifest.json'));
    return isWhole || names.some((stack) => existsSync(join(stacks, stack, 'cdk.tf.json')));
  } catch {
    // Whatever is wrong with it is said when it is read as documents.
    return false;
  }
}

/** The first line of what Git LFS leaves instead of a file that was not fetched. */
const LFS_POINTER = 'version https://git-lfs.github.com/spec/';

/** Is nothing there, not even a link that leads nowhere? */
export const isAbsent = (folder: string, path: string): boolean =>
  lstatSync(resolve(folder, path), { throwIfNoEntry: false }) === undefined;

/** The bytes of a file, which is opened without waiting for a pipe. The error is a reason that fits after the path. */
export function readFile({ file, path }: FoundFile): Result<ReadFile, string> {
  try {
    // By its real path and no further link, so that what was checked is what is opened.
    const descriptor = openSync(
      realpathSync(path),
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    );
    try {
      const stats = fstatSync(descriptor);
      if (!stats.isFile()) return fail('is not a file');
      if (stats.size > FILE_MAX) return fail(`is larger than ${FILE_MAX / 1024 / 1024} MiB`);
      const bytes = readFileSync(descriptor);
      if (bytes.subarray(0, LFS_POINTER.length).toString('latin1') === LFS_POINTER)
        return fail('is a Git LFS pointer, not the file itself; fetch it with git lfs pull');
      return ok({ file, path, bytes });
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    return fail(reasonOf(error));
  }
}

/** The file that declares the project of a folder, read; undefined when it is absent. */
export function readProjectFile(folder: string): Result<ReadFile, string> | undefined {
  for (const file of PROJECT_FILES) {
    const path = resolve(folder, file);
    if (isAbsent(folder, file)) continue;
    const refusal = documentRefusal(folder, file);
    return refusal === undefined ? readFile({ file, path }) : fail(refusal);
  }
  return undefined;
}

/** Returns why an existing file may not be read, or replaced, as a document of `folder`; undefined when it may. */
export function documentRefusal(folder: string, file: string): string | undefined {
  try {
    return fileRefusal(folder, resolve(folder, file));
  } catch (error) {
    return reasonOf(error);
  }
}

/** The same of a folder. */
export function folderRefusal(folder: string, path: string): string | undefined {
  try {
    return pathRefusal(folder, resolve(folder, path));
  } catch (error) {
    return reasonOf(error);
  }
}

/** Would what stands at `path` be read as the project, or as documents found at one of `specs`? By the text alone. */
export const isDocumentPlace = (folder: string, specs: readonly string[], path: string): boolean =>
  [...PROJECT_FILES, ...specs].some((one) => {
    const way = relative(resolve(folder, one), resolve(folder, path));
    if (way === '') return true;
    const isPassedOver = way.split(sep).some((name) => name.startsWith('.') || name === 'node_modules');
    return isBelow(folder, one, path) && isDocumentFile(way) && !isPassedOver;
  });

/** The one spelling of a path, taken from `folder`. */
export const absolutePath = (folder: string, path: string): string => resolve(folder, path);

function reasonOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'does not exist';
  if (code === 'EACCES' || code === 'EPERM') return 'is not readable (permission denied)';
  if (typeof code === 'string') return `cannot be read (${code})`;
  throw error;
}
