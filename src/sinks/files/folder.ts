/**
 * Folders held open. A path is walked one segment at a time and no symbolic link is followed below the
 * root, so what was checked is what is used:
 *
 *     root ──open──▶ fd ──open(fd/a, no links)──▶ fd ──open(fd/b, no links)──▶ the folder
 *
 * Where the system has `/proc/self/fd`, names are looked up in the open folder itself and a swapped path
 * changes nothing. Elsewhere the plain path is used, and `isStillThere` finds a swap before the rename.
 */
import { closeSync, constants, existsSync, fstatSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Place } from './contained-path.js';
import { codeOf } from './errors.js';

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
const DESCRIPTORS = '/proc/self/fd';
const FOLDER_MODE = 0o700;

export interface Folder {
  readonly fd: number;
  /** A path that leads to this very folder as long as it is open. */
  readonly at: string;
}

export type WhenMissing = 'make' | 'leave';

/**
 * The folder of a sink, open; the caller closes it. Undefined when it is missing and left so; what is made
 * is 0700. Throws as `node:fs` does: ELOOP or ENOTDIR for a symbolic link or a file on the way.
 */
export function openFolder(place: Place, whenMissing: WhenMissing): Folder | undefined {
  if (whenMissing === 'make') mkdirSync(place.root, { recursive: true, mode: FOLDER_MODE });
  let path = place.root;
  let folder = opened(path, path, O_RDONLY | O_DIRECTORY);
  for (const name of place.folders) {
    if (folder === undefined) return undefined;
    path = join(path, name);
    folder = enter(folder, { name, path, whenMissing });
  }
  return folder;
}

/** Does the path still lead to the folder that we hold? */
export function isStillThere(place: Place, folder: Folder): boolean {
  const again = openFolder(place, 'leave');
  if (again === undefined) return false;
  try {
    const [held, found] = [fstatSync(folder.fd), fstatSync(again.fd)];
    return held.dev === found.dev && held.ino === found.ino;
  } finally {
    closeSync(again.fd);
  }
}

interface Entry {
  readonly name: string;
  readonly path: string;
  readonly whenMissing: WhenMissing;
}

/** Goes from one open folder into another and closes the outer one. */
function enter(outer: Folder, { name, path, whenMissing }: Entry): Folder | undefined {
  const flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
  const at = `${outer.at}/${name}`;
  try {
    const inner = opened(at, path, flags);
    if (inner !== undefined || whenMissing === 'leave') return inner;
    make(at);
    // Or a crash could leave a delivered file in a folder that was never written down.
    fsyncSync(outer.fd);
    return opened(at, path, flags);
  } finally {
    closeSync(outer.fd);
  }
}

function make(at: string): void {
  try {
    mkdirSync(at, { mode: FOLDER_MODE });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

function opened(at: string, path: string, flags: number): Folder | undefined {
  try {
    const fd = openSync(at, flags);
    return { fd, at: existsSync(DESCRIPTORS) ? `${DESCRIPTORS}/${fd}` : path };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
