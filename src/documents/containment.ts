/**
 * Which paths may be read as documents at all, asked before anything is opened: documents come from anyone who can
 * open a pull request, and what is wrong with them is quoted to all who can read it.
 */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';

export const isDocumentFile = (name: string): boolean => /\.(?:ya?ml|json)$/.test(name);

/** What a person takes for a document by its ending. */
export const isDocumentLike = (name: string): boolean => /\.(?:ya?ml|json)$/i.test(name);

export const NO_DOCUMENT = 'does not end in .yaml, .yml or .json, as documents do';

const OUTSIDE = 'leads out of the working folder; documents are read from within it only';

/** Is `path` strictly below `root`, both taken from `folder`? By the text alone: links are the sink's affair. */
export function isBelow(folder: string, root: string, path: string): boolean {
  const way = relative(resolve(folder, root), resolve(folder, path));
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** Returns why nothing at or below `path` may be read as documents of `folder`; undefined when it may. Throws when it does not exist. */
export function pathRefusal(folder: string, path: string): string | undefined {
  const root = realpathSync(folder);
  const real = realpathSync(path);
  if (!isWithin(resolve(folder), path) || !isWithin(root, real)) return OUTSIDE;
  return isInStore(root, real) ? 'lies in the folder of a live store, which holds no documents' : undefined;
}

/** Returns why an existing file may not be read as a document of `folder`; undefined when it may. Throws when it does not exist. */
export function fileRefusal(folder: string, path: string): string | undefined {
  const refusal = pathRefusal(folder, path);
  if (refusal !== undefined) return refusal;
  if (!isDocumentFile(path)) return NO_DOCUMENT;
  return isDocumentFile(realpathSync(path)) ? undefined : `leads to a file that ${NO_DOCUMENT}`;
}

const isWithin = (root: string, path: string): boolean => path === root || isBelow(root, root, path);

/** What a live store, or a reconciler's share of one, keeps in its folder. */
const STORE_FILES = ['store.db', 'master.key', 'reconciler.key'] as const;

export const isStoreFolder = (path: string): boolean =>
  STORE_FILES.some((name) => existsSync(join(path, name)));

/** Is there a store's folder on the way up from `path` to `root`, which is not one itself? */
function isInStore(root: string, path: string): boolean {
  for (let at = path; isBelow(root, root, at); at = dirname(at)) if (isStoreFolder(at)) return true;
  return false;
}
