/**
 * Hears of changes in folders and files, by chokidar. Each path is watched from the folder that it is in, so that
 * one that goes and comes back, as when an editor saves by renaming, is still heard of. What documents are not read
 * from (hidden names, node_modules) is not watched.
 */
import { basename, dirname, relative, resolve, sep } from 'node:path';
import { watch } from 'chokidar';

/** Errors (a limit of the system, a folder that may not be read) only cost the hint: passes are made anyway. */
export function watchPaths(folder: string, paths: readonly string[], listener: () => void): () => void {
  const wanted = paths.map((path) => resolve(folder, path));
  const parents = [...new Set(wanted.map((path) => dirname(path)))];
  const isWanted = (path: string): boolean =>
    parents.includes(path) ||
    wanted.some((one) => path === one || (isBelow(one, path) && !isPassedOver(one, path)));
  const watcher = watch(parents, {
    ignored: (path) => !isWanted(resolve(path)),
    ignoreInitial: true,
    ignorePermissionErrors: true,
  });
  watcher.on('all', () => listener());
  watcher.on('error', () => listener());
  return () => void watcher.close();
}

const isBelow = (folder: string, path: string): boolean => path.startsWith(folder + sep);

const isPassedOver = (folder: string, path: string): boolean =>
  basename(path).startsWith('.') || relative(folder, path).split(sep).includes('node_modules');
