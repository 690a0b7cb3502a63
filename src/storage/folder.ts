/**
 * The folder of a store: who may read it, and the file of the master key. An embedded store is in it; of a
 * server's store it has what belongs to this working folder alone.
 *
 *     .keywright/  0700
 *       store.db        0600  embedded only (with -wal and -shm while it is open)
 *       master.key      0600  32 bytes in base64
 *       master.key.next 0600  only while the master key is being replaced
 */
import { chmod, link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Entropy } from '../domain/entropy.js';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import { base62, Secret } from '../domain/secret.js';

export interface StoreFolder {
  readonly folder: string;
  readonly database: string;
  readonly masterKey: string;
  readonly nextMasterKey: string;
}

export const storeFolder = (folder: string): StoreFolder => {
  const root = resolve(folder);
  const masterKey = join(root, 'master.key');
  return { folder: root, database: join(root, 'store.db'), masterKey, nextMasterKey: `${masterKey}.next` };
};

/** What may lie in the folder before there is a store in it. */
const OURS =
  /^(?:store\.db.*|master\.key.*|reconciler\.key.*|documents\.cache.*|sinks\.lock.*|branch|root-token.*|\.gitignore)$/;

export type FolderState = 'absent' | 'present' | 'foreign';

/** `present` as soon as there is something in the database file; `store_unreachable` if the folder cannot be read. */
export async function folderState({ folder, database }: StoreFolder): Promise<Result<FolderState>> {
  try {
    const names = await readdir(folder);
    if (names.includes('store.db') && (await stat(database)).size > 0) return ok('present');
    return ok(names.every((name) => OURS.test(name)) ? 'absent' : 'foreign');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return ok('absent');
    if (codeOf(error) === 'ENOTDIR') return ok('foreign');
    return fail(unreachableFolder(folder, error));
  }
}

/** Makes the folder, for the owner alone; tightens one that was looser. */
export async function makeFolder({ folder }: StoreFolder): Promise<Result<void>> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
    return ok(undefined);
  } catch (error) {
    return fail(unreachableFolder(folder, error));
  }
}

/**
 * Makes the database file before the engine does, because the engine would let others read it. An existing one is
 * not opened: closing it again would end every lock that this process holds on it through the engine, and another
 * process would then take the log away from under it.
 */
export async function makeDatabaseFile({ folder, database }: StoreFolder): Promise<Result<void>> {
  try {
    await makeEmpty(database);
    await chmod(database, 0o600);
    return ok(undefined);
  } catch (error) {
    return fail(unreachableFolder(folder, error));
  }
}

async function makeEmpty(path: string): Promise<void> {
  try {
    await (await open(path, 'wx', 0o600)).close();
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

/** The key in a file; undefined if there is no such file. */
export async function readKeyFile(path: string): Promise<Result<Secret | undefined>> {
  try {
    return ok(new Secret((await readFile(path, 'utf8')).trim()));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return ok(undefined);
    return fail(fault('master_key', `${path} cannot be read; make it readable for this user only`, error));
  }
}

/** Drafts that others clear away, one after another, before something else is wrong. */
const DRAFTS_MAX = 5;

/**
 * Puts a key where none exists. Returns the key that exists afterwards: of two that start at once, one
 * writes and both use the same.
 */
export async function makeKeyFile(path: string, key: Secret, entropy: Entropy): Promise<Result<Secret>> {
  for (let drafts = 1; ; drafts++) {
    const linked = await linkKeyFile(path, key, entropy);
    if (!linked.ok) return linked;
    const found = await readKeyFile(path);
    if (!found.ok) return found;
    if (found.value !== undefined) return ok(found.value);
    if (drafts === DRAFTS_MAX) return fail(unwritable(path, linked.value));
  }
}

/** Returns what prevented it: another key that exists, or another process that removed the draft. */
async function linkKeyFile(path: string, key: Secret, entropy: Entropy): Promise<Result<unknown>> {
  const draft = `${path}.${base62(12, entropy)}`;
  const written = await writeKeyFile(draft, key);
  if (!written.ok) return written;
  try {
    await link(draft, path);
    return ok(undefined);
  } catch (error) {
    return codeOf(error) === 'EEXIST' || codeOf(error) === 'ENOENT'
      ? ok(error)
      : fail(unwritable(path, error));
  } finally {
    await rm(draft, { force: true });
  }
}

/** Beginnings of key files, under names that are never used again. `master.key.next` is not one. */
const DRAFT = /^(?:(?:master\.key|root-token)\.[0-9A-Za-z]{12}|reconciler\.key\.[0-9]+)$/;

/**
 * Removes what killed processes left of key files in `folder`. Only where both files are there already:
 * a process that is about to put one there finds it, and no longer needs its draft.
 */
export async function removeKeyDrafts(folder: string): Promise<void> {
  const drafts = (await readdir(folder)).filter((name) => DRAFT.test(name));
  for (const name of drafts) await rm(join(folder, name), { force: true });
}

/** Writes a key durably, over what is there. */
export async function writeKeyFile(path: string, key: Secret): Promise<Result<void>> {
  try {
    await rm(path, { force: true });
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(`${key.reveal()}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await syncFolderOf(path);
    return ok(undefined);
  } catch (error) {
    return fail(unwritable(path, error));
  }
}

/** The next master key replaces the old one; done already is as good. */
export async function adoptNextKey({ masterKey, nextMasterKey }: StoreFolder): Promise<Result<void>> {
  try {
    await rename(nextMasterKey, masterKey);
    await syncFolderOf(masterKey);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') return fail(unwritable(masterKey, error));
  }
  return ok(undefined);
}

async function syncFolderOf(path: string): Promise<void> {
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;

const unwritable = (path: string, error: unknown) =>
  fault(
    'master_key',
    `${path} cannot be written (${String(codeOf(error))}); check the folder and the disk`,
    error,
  );

const unreachableFolder = (folder: string, error: unknown) =>
  fault(
    'store_unreachable',
    `the store folder ${folder} cannot be used (${String(codeOf(error))}); check its permissions, or use another folder`,
    error,
  );
