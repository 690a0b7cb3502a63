/** A backup of an embedded store: one file that is a store itself, without the master key. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { BackupReport } from '../cli/dependencies.js';
import { record } from '../credential-store/audit-log.js';
import { verifyAudit } from '../credential-store/audit-queries.js';
import { identityOf } from '../credential-store/bootstrap.js';
import { type Keyring, openKeyring } from '../credential-store/keyring.js';
import type { Storage } from '../credential-store/storage-port.js';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';
import type { Caller } from '../ports/live-store.js';
import { readKeyFile, storeFolder, writeKeyFile } from '../storage/folder.js';
import { copyDatabase, nameFile, removeDatabase } from '../storage/sqlite/copy.js';
import { openSqlite } from '../storage/sqlite/engine.js';
import { openAt } from './open-store.js';
import { type OpenOptions, using } from './store-site.js';

export interface BackupOptions extends Omit<OpenOptions, 'whenAbsent'> {
  readonly folder: string;
  /** The backup, absolute. */
  readonly file: string;
  /** Where a copy of the master key goes, absolute; absent: nowhere. */
  readonly keyFile: string | undefined;
  readonly whenTaken: 'refuse' | 'replace';
  readonly caller: Caller;
}

/**
 * Copies the store while others use it, and checks the copy. Stopped at any point, there is no backup or a whole
 * one. `exists` if one of the files is there already; faults of the store.
 */
export async function backUp(options: BackupOptions): Promise<Result<BackupReport>> {
  const { folder, file, keyFile, whenTaken } = options;
  const taken = [file, ...(keyFile === undefined ? [] : [keyFile])].find((path) => existsSync(path));
  if (taken !== undefined && whenTaken === 'refuse')
    return fail(fault('exists', `${taken} already exists; use another file, or replace it with --force`));
  const opened = await openAt({ ...options, whenAbsent: 'refuse' }, async (storage, _, masterKey) => {
    const announced = await announce(storage, masterKey, options);
    if (announced.ok) await storage.close();
    return announced.ok ? ok({ ...announced.value, masterKey }) : announced;
  });
  if (!opened.ok) return opened;
  const { keyring, storeId, masterKey } = opened.value;
  const partial = `${file}.partial`;
  const copied = await copyDatabase(storeFolder(folder).database, partial);
  const checked = copied.ok ? await check(partial, keyring, options) : copied;
  const kept = checked.ok && keyFile !== undefined ? await writeKeyFile(keyFile, masterKey) : ok(undefined);
  const named = checked.ok && kept.ok ? await nameFile(partial, file, whenTaken) : ok(undefined);
  for (const result of [checked, kept, named]) {
    if (result.ok) continue;
    await removeDatabase(partial);
    return result;
  }
  return checked.ok ? ok({ storeId, entries: checked.value, file, keyFile }) : checked;
}

/** Who takes a copy of a store of credentials is worth an entry, and the copy has it too. */
async function announce(
  storage: Storage,
  masterKey: Secret,
  { caller, clock, entropy, sealing }: BackupOptions,
): Promise<Result<{ readonly keyring: Keyring; readonly storeId: string }>> {
  return storage.write(async (tx) => {
    const keyring = openKeyring(await tx.keyring.all(), masterKey);
    if (!keyring.ok) return keyring;
    const work = { tx, caller, clock, entropy, sealing, keyring: keyring.value, now: clock.now() };
    const entry = { action: 'store.backed-up', detail: {} };
    const recorded = await record(work, { kind: 'Store', name: 'backup' }, entry);
    return recorded.ok ? ok({ keyring: keyring.value, storeId: (await identityOf(tx)).storeId }) : recorded;
  });
}

/** The chain of the copy holds; gives its length. */
async function check(path: string, keyring: Keyring, { clock }: BackupOptions): Promise<Result<number>> {
  const storage = await openSqlite({ path, sleep: (ms, signal) => clock.sleep(ms, signal) });
  const checked = await using(storage, async (opened) => {
    const audit = await verifyAudit(opened, keyring);
    await opened.close();
    return audit;
  });
  for (const suffix of ['-wal', '-shm']) await rm(path + suffix, { force: true });
  return checked.ok ? ok(checked.value.entries) : checked;
}

/** The key in a file that the operator names. */
export async function givenKey(path: string | undefined): Promise<Result<Secret | undefined>> {
  if (path === undefined) return ok(undefined);
  const key = await readKeyFile(path);
  if (!key.ok || key.value !== undefined) return key;
  return fail(fault('master_key', `the master key file ${path} does not exist; restore it from its backup`));
}
