/** Opens the embedded live store in a folder, or only its feed of credentials, and replaces its master key. */
import { openAuthority, type World } from '../authority/authority.js';
import { openFeed } from '../authority/credential-feed.js';
import { newKey } from '../authority/keyring.js';
import { replaceMasterKey } from '../authority/master-key.js';
import type { Storage } from '../authority/storage-port.js';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';
import type { CredentialFeed } from '../ports/credential-feed.js';
import type { Caller, LiveStore } from '../ports/live-store.js';
import { IN_MEMORY, openSqlite } from '../storage/sqlite/engine.js';
import {
  adoptNextKey,
  folderState,
  makeDatabaseFile,
  makeFolder,
  makeKeyFile,
  readKeyFile,
  type StoreFolder,
  storeFolder,
  writeKeyFile,
} from '../storage/sqlite/folder.js';

export interface EmbeddedStoreOptions extends World {
  readonly folder: string;
  /** 32 bytes in base64. Absent: the one in `master.key`, which the first start makes. */
  readonly masterKey?: Secret;
  /** What to do where there is no store: make one, reckon with a fresh one in memory, or give `store_absent`. */
  readonly whenAbsent: 'create' | 'pretend' | 'refuse';
}

/** `store_absent`, `store_foreign`, `store_unreachable` or `master_key`. */
export const openEmbeddedStore = (options: EmbeddedStoreOptions): Promise<Result<LiveStore>> =>
  openPlace(options, openAuthority);

/** What a verifier in memory reads, of a store that is there. Faults are those of the store. */
export const openEmbeddedFeed = (
  options: Omit<EmbeddedStoreOptions, 'whenAbsent'>,
): Promise<Result<CredentialFeed>> => openPlace({ ...options, whenAbsent: 'refuse' }, openFeed);

/** One of the faces of a store, over its storage. */
type Open<Face> = (storage: Storage, world: World, masterKey: Secret) => Promise<Result<Face>>;

async function openPlace<Face>(options: EmbeddedStoreOptions, open: Open<Face>): Promise<Result<Face>> {
  const paths = storeFolder(options.folder);
  const state = await folderState(paths);
  if (!state.ok) return state;
  if (state.value === 'foreign')
    return fail(
      fault('store_foreign', `${paths.folder} holds something that is not a store; name another folder`),
    );
  if (state.value === 'present') return openIn(paths, options, open);
  if (options.whenAbsent === 'create') return openIn(paths, options, open);
  if (options.whenAbsent === 'pretend') return inMemory(options, open);
  return fail(fault('store_absent', `there is no store in ${paths.folder} yet; the first apply makes it`));
}

/** A fresh store that touches no disk and is gone when it is closed. */
export const openInMemory = (world: World): Promise<Result<LiveStore>> => inMemory(world, openAuthority);

const inMemory = <Face>(world: World, open: Open<Face>): Promise<Result<Face>> =>
  opened({ path: IN_MEMORY, world }, (storage) => open(storage, world, newKey(world.entropy)));

async function openIn<Face>(
  paths: StoreFolder,
  options: EmbeddedStoreOptions,
  open: Open<Face>,
): Promise<Result<Face>> {
  const { masterKey, ...world } = options;
  const key = masterKey ? ok(masterKey) : await keyFor(paths, options);
  if (!key.ok) return key;
  const made = await makeFolder(paths);
  if (!made.ok) return made;
  const file = await makeDatabaseFile(paths);
  if (!file.ok) return file;
  return opened({ path: paths.database, world }, async (storage) => {
    const face = await open(storage, world, key.value);
    if (face.ok || face.error.code !== 'master_key' || masterKey) return face;
    return openWithNextKey(paths, { open: (next) => open(storage, world, next), refusal: face });
  });
}

async function opened<T>(
  { path, world }: { readonly path: string; readonly world: World },
  use: (storage: Storage) => Promise<Result<T>>,
): Promise<Result<T>> {
  const storage = await openSqlite({ path, sleep: (ms) => world.clock.sleep(ms) });
  if (!storage.ok) return storage;
  const result = await use(storage.value);
  if (!result.ok) await storage.value.close();
  return result;
}

/** The key in `master.key`. It is made together with the store, never for one that exists. */
async function keyFor(paths: StoreFolder, { entropy }: World): Promise<Result<Secret>> {
  const found = await readKeyFile(paths.masterKey);
  if (!found.ok) return found;
  if (found.value) return ok(found.value);
  const state = await folderState(paths);
  if (!state.ok) return state;
  if (state.value === 'present')
    return fail(
      fault(
        'master_key',
        `${paths.masterKey} is missing and without it the store cannot be opened; restore it from its backup or give the key`,
      ),
    );
  const made = await makeFolder(paths);
  return made.ok ? makeKeyFile(paths.masterKey, newKey(entropy), entropy) : made;
}

/** A replacement that stopped between wrapping the keys anew and renaming the file is finished here. */
async function openWithNextKey<Face>(paths: StoreFolder, again: SecondTry<Face>): Promise<Result<Face>> {
  const next = await readKeyFile(paths.nextMasterKey);
  if (!next.ok || next.value === undefined) return again.refusal;
  const face = await again.open(next.value);
  if (!face.ok) return again.refusal;
  const renamed = await adoptNextKey(paths);
  return renamed.ok ? face : renamed;
}

interface SecondTry<Face> {
  readonly open: (masterKey: Secret) => Promise<Result<Face>>;
  /** What the first key got. */
  readonly refusal: Result<Face>;
}

export interface RotateMasterKeyOptions extends World {
  readonly folder: string;
  /** Both, when the key is kept elsewhere; absent, `master.key` is replaced by a new one. */
  readonly masterKeys?: { readonly from: Secret; readonly to: Secret };
  readonly caller: Caller;
}

/**
 * Replaces the master key. Stopped at any point, the store still opens: the new key is written beside
 * the old one, then the data keys are wrapped with it in one transaction, then the file is renamed.
 */
export async function rotateMasterKey(options: RotateMasterKeyOptions): Promise<Result<void>> {
  const { folder, masterKeys, caller, ...world } = options;
  const paths = storeFolder(folder);
  // Also finishes a replacement that was interrupted.
  const masterKey = masterKeys ? { masterKey: masterKeys.from } : {};
  const store = await openEmbeddedStore({ ...world, ...masterKey, folder, whenAbsent: 'refuse' });
  if (!store.ok) return store;
  await store.value.close();
  const current = masterKeys ? ok(masterKeys.from) : await readKeyFile(paths.masterKey);
  if (!current.ok) return current;
  const from = current.value ?? newKey(world.entropy);
  const to = masterKeys?.to ?? newKey(world.entropy);
  const keep = (): Promise<Result<void>> =>
    masterKeys ? Promise.resolve(ok(undefined)) : writeKeyFile(paths.nextMasterKey, to);
  const replaced = await opened({ path: paths.database, world }, async (storage) => {
    const result = await replaceMasterKey(storage, world, { from, to, keep, caller });
    await storage.close();
    return result;
  });
  if (!replaced.ok || masterKeys) return replaced;
  return adoptNextKey(paths);
}
