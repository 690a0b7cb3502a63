/** Replaces the master key of a store, wherever it is. */
import type { Dependencies } from '../credential-store/credential-store.js';
import { newKey } from '../credential-store/keyring.js';
import { type Replacement, replaceMasterKey } from '../credential-store/master-key.js';
import { ok, type Result } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';
import type { Caller } from '../ports/live-store.js';
import { adoptNextKey, readKeyFile, storeFolder, writeKeyFile } from '../storage/folder.js';
import { openAt, openStore, type StoreLocation } from './open-store.js';

export interface MasterKeyRotation extends Dependencies, StoreLocation {
  /**
   * Both, when the key is kept elsewhere, as it is for every store on a server: a new one in one machine's file would
   * lock out all others. Absent: `master.key` of the embedded store is replaced by a new one.
   */
  readonly masterKeys?: { readonly from: Secret; readonly to: Secret };
  readonly caller: Caller;
}

/** Faults are those of opening the store. */
export const rotateMasterKey = (rotation: MasterKeyRotation): Promise<Result<void>> =>
  rotation.masterKeys
    ? rewrap(rotation, { ...rotation.masterKeys, keep: async () => ok(undefined) })
    : rotateKeyFile(rotation);

/**
 * Stopped at any point, the store still opens: the new key is written beside the old one, then the data keys are
 * wrapped with it in one transaction, then the file is renamed.
 */
async function rotateKeyFile(rotation: MasterKeyRotation): Promise<Result<void>> {
  const paths = storeFolder(rotation.folder);
  // Also finishes a replacement that was interrupted.
  const store = await openStore({ ...rotation, whenAbsent: 'refuse' });
  if (!store.ok) return store;
  await store.value.close();
  const current = await readKeyFile(paths.masterKey);
  if (!current.ok) return current;
  const from = current.value ?? newKey(rotation.entropy);
  const to = newKey(rotation.entropy);
  const replaced = await rewrap(rotation, { from, to, keep: () => writeKeyFile(paths.nextMasterKey, to) });
  return replaced.ok ? adoptNextKey(paths) : replaced;
}

const rewrap = (
  { caller, masterKeys: _, ...rotation }: MasterKeyRotation,
  keys: Omit<Replacement, 'caller'>,
): Promise<Result<void>> =>
  openAt({ ...rotation, masterKey: keys.from, whenAbsent: 'refuse' }, async (storage, world) => {
    const replaced = await replaceMasterKey(storage, world, { ...keys, caller });
    if (replaced.ok) await storage.close();
    return replaced;
  });
