/**
 * One file, read and replaced whole. Only plain files of the own user are touched: no links of either sort, no
 * pipes or devices, no files of other users. A replacement is complete or absent, also after a crash:
 *
 *     temporary file (0600) → fsync → look once more → rename → fsync of the folder
 */
import {
  closeSync,
  constants,
  fstatSync,
  fsync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  type Stats,
  unlinkSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { batchQueue } from '../../async/batch-queue.js';
import type { Instant } from '../../domain/time.js';
import type { Place } from './contained-path.js';
import { codeOf, Moved, Unsafe } from './errors.js';
import { type Folder, isStillThere } from './folder.js';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/** Larger files are refused: no credentials file is, and each write copies the whole. */
export const FILE_MAX_BYTES = 1024 * 1024;

const FILE_MODE = 0o600;
const TEMPORARY = /^\.keywright-[0-9]+-[0-9]+\.tmp$/;
const synced = promisify(fsync);
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
let temporaries = 0;
/** Names of those that this process is writing, in whatever folder. */
const underWay = new Set<string>();

export interface FoundFile extends Omit<FoundBytes, 'bytes'> {
  readonly text: string;
}

export interface FoundBytes {
  readonly bytes: Buffer;
  /** Only the owner may read it. */
  readonly isPrivate: boolean;
  readonly mark: FileMark;
}

/** What the file system says of a file as it is now. */
export interface FileMark {
  /** Changes whenever the file does, or another file replaces it. */
  readonly stamp: string;
  /** When it changed last (ctime, which cannot be set), in milliseconds since the epoch. */
  readonly changedAt: Instant;
}

/** Undefined when there is no such file. Throws `Unsafe`, or as `node:fs` does. Never blocks on a pipe. */
export function readPlainFile(folder: Folder, name: string): FoundFile | undefined {
  const found = readPlainBytes(folder, name);
  if (found === undefined) return undefined;
  const { bytes, ...more } = found;
  return { text: decode(bytes), ...more };
}

/** As `readPlainFile`, for files that are no text. */
export function readPlainBytes(folder: Folder, name: string): FoundBytes | undefined {
  const at = `${folder.at}/${name}`;
  const before = statOf(at);
  if (before === undefined) return undefined;
  // Opening a device can have effects of its own, so look before and, against a swap, after.
  requirePlain(before);
  const fd = openSync(at, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const stats = fstatSync(fd);
    requirePlain(stats);
    return { bytes: readFileSync(fd), isPrivate: (stats.mode & 0o077) === 0, mark: markOf(stats) };
  } finally {
    closeSync(fd);
  }
}

/** The mark that `readPlainFile` would find, without reading; throws as it does. */
export function markOfPlainFile(folder: Folder, name: string): FileMark | undefined {
  const stats = statOf(`${folder.at}/${name}`);
  if (stats === undefined) return undefined;
  requirePlain(stats);
  return markOf(stats);
}

/**
 * Puts `content` where `found` was, readable by the owner only. Throws `Moved` when the file is not the found
 * one any more, `Unsafe` when the folder was swapped, or as `node:fs` does; then nothing was changed.
 */
export async function replaceFile(place: Place, folder: Folder, change: FileChange): Promise<void> {
  if (Buffer.byteLength(change.content) > FILE_MAX_BYTES) throw new Unsafe('would grow beyond 1 MiB');
  temporaries += 1;
  const name = `.keywright-${process.pid}-${temporaries}.tmp`;
  const temporary = `${folder.at}/${name}`;
  underWay.add(name);
  try {
    await writeSynced(temporary, change.content);
    const now = statOf(`${folder.at}/${place.name}`);
    if ((now && markOf(now).stamp) !== change.found?.mark.stamp)
      throw new Moved('was changed while it was written');
    if (!isStillThere(place, folder)) throw new Unsafe('was written while its folder was replaced');
    renameSync(temporary, `${folder.at}/${place.name}`);
  } catch (error) {
    remove(temporary);
    throw error;
  } finally {
    underWay.delete(name);
  }
  await syncFolder(folder);
}

/** Removes the found file. Throws as `replaceFile` does. */
export async function removeFile(
  place: Place,
  folder: Folder,
  found: Pick<FoundFile, 'mark'>,
): Promise<void> {
  const now = statOf(`${folder.at}/${place.name}`);
  if ((now && markOf(now).stamp) !== found.mark.stamp) throw new Moved('was changed while it was removed');
  if (!isStillThere(place, folder)) throw new Unsafe('was removed while its folder was replaced');
  unlinkSync(`${folder.at}/${place.name}`);
  await syncFolder(folder);
}

export interface FileChange {
  readonly found: Pick<FoundFile, 'mark'> | undefined;
  readonly content: string | Uint8Array;
}

/** Removes what killed processes left in a folder. Call it under the lock. */
export function removeStrays(folder: Folder): void {
  for (const name of readdirSync(folder.at)) {
    if (TEMPORARY.test(name) && !underWay.has(name)) remove(`${folder.at}/${name}`);
  }
}

/** Making a file waits for the file system's journal, which is busy while others are synced. */
async function writeSynced(at: string, content: string | Uint8Array): Promise<void> {
  const file = await open(at, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, FILE_MODE);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Makes the names in a folder durable. Callers that arrive while a folder is synced go together with the others
 * into the next turn, since its own rename may have come too late for this one.
 */
const syncInTurn = batchQueue<Folder, void>(async (folders) => {
  const [first] = folders;
  if (first) await synced(first.fd);
  return folders.map(() => undefined);
});

function syncFolder(folder: Folder): Promise<void> {
  const { dev, ino } = fstatSync(folder.fd);
  return syncInTurn(`${dev} ${ino}`, folder);
}

/** It may be gone already; and a temporary file that stays is removed by the next process. */
function remove(at: string): void {
  try {
    unlinkSync(at);
  } catch {
    // Nothing depends on it.
  }
}

function statOf(at: string): Stats | undefined {
  try {
    return lstatSync(at);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function requirePlain(stats: Stats): void {
  if (stats.isSymbolicLink()) throw new Unsafe('is a symbolic link; replace it with a regular file');
  if (!stats.isFile()) throw new Unsafe('is not a regular file');
  if (stats.nlink > 1) throw new Unsafe('has a second name (a hard link); remove one of them');
  if (process.geteuid && stats.uid !== process.geteuid()) throw new Unsafe('belongs to another user');
  if (stats.size > FILE_MAX_BYTES) throw new Unsafe('is larger than 1 MiB');
}

function decode(bytes: Buffer): string {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new Unsafe('is not UTF-8 text');
  }
  if (text.includes('\0')) throw new Unsafe('is not text');
  return text;
}

const markOf = ({ dev, ino, size, mtimeMs, ctimeMs }: Stats): FileMark => ({
  stamp: `${dev} ${ino} ${size} ${mtimeMs} ${ctimeMs}`,
  changedAt: ctimeMs,
});
