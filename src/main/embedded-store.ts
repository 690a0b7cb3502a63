/** Opens the embedded live store in a folder, or only its feed of credentials, and replaces its master key. */

import { openFeed } from '../credential-store/credential-feed.js';
import { type Dependencies, openCredentialStore } from '../credential-store/credential-store.js';
import { newKey } from '../credential-store/keyring.js';
import { replaceMasterKey } from '../credential-store/master-key.js';
import type { Storage } from '../credential-store/storage-port.js';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';
import type { CredentialFeed } from '../ports/credential-feed.js';
import type { Caller, LiveStore } from '../ports/live-store.js';
import {
  adoptNextKey,
  folderState,
  makeDatabaseFile,
  makeFolder,
  readKeyFile,
  type StoreFolder,
  storeFolder,
  writeKeyFile,
} from '../storage/folder.js';
import { openSqlite } from '../storage/sqlite/engine.js';
import { type OpenOptions, openSite, type StoreSite, using } from './store-site.js';

export { openInMemory } from './store-site.js';

export interface EmbeddedStoreOptions extends OpenOptions {
  readonly folder: string;
}

/** `store_absent`, `store_foreign`, `store_unreachable` or `master_key`. */
export const openEmbeddedStore = ({ folder, ...options }: EmbeddedStoreOptions): Promise<Result<LiveStore>> =>
  openSite(siteIn(folder, options), options, openCredentialStore);

/** What a verifier in memory reads, of a store that is there. Faults are those of the store. */
export const openEmbeddedFeed = ({
  folder,
  ...options
}: Omit<EmbeddedStoreOptions, 'whenAbsent'>): Promise<Result<CredentialFeed>> =>
  openSite(siteIn(folder, options), { ...options, whenAbsent: 'refuse' }, openFeed);

/** The folder as a place that a store is in, or will be. */
export function siteIn(folder: string, world: Dependencies): StoreSite {
  const paths = storeFolder(folder);
  return {
    shown: paths.folder,
    folder: paths,
    state: () => stateIn(paths),
    open: () => openIn(paths, world),
    close: async () => {},
  };
}

async function stateIn(paths: StoreFolder): Promise<Result<'absent' | 'present'>> {
  const state = await folderState(paths);
  if (!state.ok) return state;
  if (state.value !== 'foreign') return ok(state.value);
  return fail(
    fault('store_foreign', `${paths.folder} holds something that is not a store; name another folder`),
  );
}

async function openIn(paths: StoreFolder, { clock }: Dependencies): Promise<Result<Storage>> {
  const made = await makeFolder(paths);
  if (!made.ok) return made;
  const file = await makeDatabaseFile(paths);
  if (!file.ok) return file;
  return openSqlite({ path: paths.database, sleep: (ms, signal) => clock.sleep(ms, signal) });
}

export interface RotateMasterKeyOptions extends Dependencies {
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
  const replaced = await using(await openIn(paths, world), async (storage) => {
    const result = await replaceMasterKey(storage, world, { from, to, keep, caller });
    await storage.close();
    return result;
  });
  if (!replaced.ok || masterKeys) return replaced;
  return adoptNextKey(paths);
}
