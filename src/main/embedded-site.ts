/** The folder of an embedded store, as a site that a store is opened at. */
import type { Dependencies } from '../credential-store/credential-store.js';
import type { Storage } from '../credential-store/storage-port.js';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import {
  folderState,
  makeDatabaseFile,
  makeFolder,
  type StoreFolder,
  storeFolder,
} from '../storage/folder.js';
import { openSqlite } from '../storage/sqlite/engine.js';
import type { StoreSite } from './store-site.js';

/** Returns the site of a folder that holds a store, or will. */
export function embeddedSite(folder: string, world: Pick<Dependencies, 'clock'>): StoreSite {
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
    fault('store_foreign', `${paths.folder} contains files that are not a store; use another folder`),
  );
}

async function openIn(paths: StoreFolder, { clock }: Pick<Dependencies, 'clock'>): Promise<Result<Storage>> {
  const made = await makeFolder(paths);
  if (!made.ok) return made;
  const file = await makeDatabaseFile(paths);
  if (!file.ok) return file;
  return openSqlite({ path: paths.database, sleep: (ms, signal) => clock.sleep(ms, signal) });
}
