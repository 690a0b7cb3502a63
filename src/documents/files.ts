/**
 * The only place in `spec` that touches the file system: finds the files with documents, reads them, and
 * answers questions about paths. Decides nothing about what is in them.
 */
import { type Dirent, existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fail, ok, type Result } from '../domain/result.js';

/** Larger files hold no documents that anybody wrote. */
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

const isDocumentFile = (name: string): boolean => /\.(?:ya?ml|json)$/.test(name);

/**
 * The document files at `path` (relative to `folder`): the file itself whatever its name, or those in the
 * folder at any depth, sorted; hidden ones and node_modules are passed over. The error is a reason that
 * fits after the path.
 */
export function findFiles(folder: string, path: string): Result<readonly FoundFile[], string> {
  const start = resolve(folder, path);
  try {
    const stats = statSync(start);
    if (stats.isFile()) return ok([found(folder, start)]);
    if (!stats.isDirectory()) return fail('is neither a file nor a folder');
    const files: FoundFile[] = [];
    const failure = walk({ folder, files, seen: new Set() }, start, 0);
    return failure === undefined ? ok(files) : fail(failure);
  } catch (error) {
    return fail(reasonOf(error));
  }
}

interface Walk {
  readonly folder: string;
  readonly files: FoundFile[];
  /** Real paths of the folders entered: links may form a circle. */
  readonly seen: Set<string>;
}

function walk(state: Walk, path: string, depth: number): string | undefined {
  if (depth > FOLDERS_MAX) return `has folders more than ${FOLDERS_MAX} deep`;
  const real = realpathSync(path);
  if (state.seen.has(real)) return undefined;
  state.seen.add(real);
  const members = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const member of members) {
    if (member.name.startsWith('.') || member.name === 'node_modules') continue;
    const place = join(path, member.name);
    const type = typeOf(member, place);
    if (type === 'file' && isDocumentFile(member.name)) state.files.push(found(state.folder, place));
    const failure = type === 'folder' ? walk(state, place, depth + 1) : undefined;
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/**
 * Links are followed, as mounted configuration consists of them; pipes and devices are never opened. One that leads
 * nowhere counts as a file, which then cannot be read: it is no sign that somebody took a document away.
 */
function typeOf(member: Dirent, path: string): 'file' | 'folder' | 'other' {
  const stats = member.isSymbolicLink() ? statSync(path, { throwIfNoEntry: false }) : member;
  if (stats === undefined || stats.isFile()) return 'file';
  return stats.isDirectory() ? 'folder' : 'other';
}

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

/** The bytes of a file. The error is a reason that fits after the path. */
export function readFile({ file, path }: FoundFile): Result<ReadFile, string> {
  try {
    const stats = statSync(path);
    if (!stats.isFile()) return fail('is not a file');
    if (stats.size > FILE_MAX) return fail(`is larger than ${FILE_MAX / 1024 / 1024} MiB`);
    return ok({ file, path, bytes: readFileSync(path) });
  } catch (error) {
    return fail(reasonOf(error));
  }
}

/** The file that declares the project of a folder, read; undefined when there is none. */
export function readProjectFile(folder: string): Result<ReadFile, string> | undefined {
  for (const file of PROJECT_FILES) {
    const path = resolve(folder, file);
    if (statSync(path, { throwIfNoEntry: false })) return readFile({ file, path });
  }
  return undefined;
}

/** Is `path` strictly below `root`, both taken from `folder`? By the letters alone: links are the sink's affair. */
export function isBelow(folder: string, root: string, path: string): boolean {
  const way = relative(resolve(folder, root), resolve(folder, path));
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** Would what stands at `path` be read as the project, or as documents found at one of `specs`? By the letters alone. */
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
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read';
  if (typeof code === 'string') return `cannot be read (${code})`;
  throw error;
}
