/**
 * Opens a live store, or only its feed, wherever it is: what to do where none exists, and which master
 * key is its own. Engines differ in their `StoreSite` only.
 */
import { type Dependencies, openCredentialStore } from '../credential-store/credential-store.js';
import { newKey } from '../credential-store/keyring.js';
import type { Storage } from '../credential-store/storage-port.js';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import { Secret } from '../domain/secret.js';
import type { LiveStore } from '../ports/live-store.js';
import type { Sealing } from '../ports/sealing.js';
import { adoptNextKey, makeFolder, makeKeyFile, readKeyFile, type StoreFolder } from '../storage/folder.js';
import { IN_MEMORY, openSqlite } from '../storage/sqlite/engine.js';
import type { StoreHealth } from './store-health.js';

/** Where a store is or will be. */
export interface StoreSite {
  /** For people: a folder, or a server and its database. Never secret. */
  readonly shown: string;
  /** Where the master key is kept, unless it is given. */
  readonly folder: StoreFolder;
  /** `store_foreign` where something else is. Makes nothing. */
  state(): Promise<Result<'absent' | 'present'>>;
  /** Creates what does not exist yet. */
  open(): Promise<Result<Storage>>;
  /** For one that is not opened after all. */
  close(): Promise<void>;
}

export interface OpenOptions extends Dependencies {
  /** 32 bytes in base64. Absent: the one in `master.key`, which the first start makes. */
  readonly masterKey?: Secret;
  /** What to do where there is no store: make one, calculate with a fresh one in memory, or return `store_absent`. */
  readonly whenAbsent: 'create' | 'pretend' | 'refuse';
  /** Hears whether the store can be read and written. */
  readonly health?: StoreHealth | undefined;
}

/** One of the faces of a store, over its storage. */
export type OpenFace<Face> = (
  storage: Storage,
  world: Dependencies,
  masterKey: Secret,
) => Promise<Result<Face>>;

/** `store_absent`, `store_foreign`, `store_unreachable` or `master_key`. */
export async function openSite<Face>(
  site: StoreSite,
  options: OpenOptions,
  open: OpenFace<Face>,
): Promise<Result<Face>> {
  const state = await site.state();
  if (state.ok && (state.value === 'present' || options.whenAbsent === 'create')) {
    const face = await openThere(site, options, open);
    if (!face.ok) await site.close();
    return face;
  }
  await site.close();
  if (!state.ok) return state;
  if (options.whenAbsent === 'pretend') return inMemory({ ...options, sealing: UNOPENED }, open);
  return fail(fault('store_absent', `there is no store in ${site.shown} yet; the first apply creates it`));
}

/** What a pretended store seals is never opened, and loading libsodium would be a fifth of a small plan. */
const UNOPENED: Sealing = {
  newIdentity: async () => ({ recipient: '', privateKey: new Secret('') }),
  seal: async () => '',
  open: async () => undefined,
};

/** A fresh store that touches no disk and is gone when it is closed. */
export const openInMemory = (world: Dependencies): Promise<Result<LiveStore>> =>
  inMemory(world, openCredentialStore);

const inMemory = async <Face>(world: Dependencies, open: OpenFace<Face>): Promise<Result<Face>> =>
  using(
    await openSqlite({ path: IN_MEMORY, sleep: (ms, signal) => world.clock.sleep(ms, signal) }),
    (storage) => open(storage, world, newKey(world.entropy)),
  );

async function openThere<Face>(
  site: StoreSite,
  options: OpenOptions,
  open: OpenFace<Face>,
): Promise<Result<Face>> {
  const { masterKey, ...world } = options;
  const key = masterKey ? ok(masterKey) : await keyFor(site, options);
  if (!key.ok) return key;
  return using(await site.open(), async (opened) => {
    const storage = options.health?.over(opened) ?? opened;
    const face = await open(storage, world, key.value);
    if (face.ok || face.error.code !== 'master_key' || masterKey) return face;
    return openWithNextKey(site.folder, { open: (next) => open(storage, world, next), refusal: face });
  });
}

/** What `use` makes of a storage, which is closed if that is nothing. */
export async function using<T>(
  storage: Result<Storage>,
  use: (storage: Storage) => Promise<Result<T>>,
): Promise<Result<T>> {
  if (!storage.ok) return storage;
  const result = await use(storage.value);
  if (!result.ok) await storage.value.close();
  return result;
}

/** The key in `master.key`. It is made together with the store, never for one that exists. */
async function keyFor(site: StoreSite, { entropy }: Dependencies): Promise<Result<Secret>> {
  const { folder } = site;
  const found = await readKeyFile(folder.masterKey);
  if (!found.ok) return found;
  if (found.value) return ok(found.value);
  const state = await site.state();
  if (!state.ok) return state;
  if (state.value === 'present') return keyOfMadeMeanwhile(folder);
  const made = await makeFolder(folder);
  return made.ok ? makeKeyFile(folder.masterKey, newKey(entropy), entropy) : made;
}

/** Another process may have made the store since we looked: it writes the key first. */
async function keyOfMadeMeanwhile(folder: StoreFolder): Promise<Result<Secret>> {
  const found = await readKeyFile(folder.masterKey);
  if (!found.ok) return found;
  if (found.value) return ok(found.value);
  return fail(
    fault(
      'master_key',
      `${folder.masterKey} is missing, and the store cannot be opened without it; restore it from its backup, or set the key in KEYWRIGHT_MASTER_KEY`,
    ),
  );
}

/** A replacement that stopped between wrapping the keys anew and renaming the file is finished here. */
async function openWithNextKey<Face>(folder: StoreFolder, again: SecondTry<Face>): Promise<Result<Face>> {
  const next = await readKeyFile(folder.nextMasterKey);
  if (!next.ok || next.value === undefined) return again.refusal;
  const face = await again.open(next.value);
  if (!face.ok) return again.refusal;
  const renamed = await adoptNextKey(folder);
  return renamed.ok ? face : renamed;
}

interface SecondTry<Face> {
  readonly open: (masterKey: Secret) => Promise<Result<Face>>;
  /** What the first key got. */
  readonly refusal: Result<Face>;
}
