/**
 * Restores an embedded store from a backup. The backup is copied and checked first; then its rows replace
 * the store's in one transaction, of which processes that have the store open see all or nothing. What
 * was there is kept beside it.
 */
import { constants, existsSync, statSync } from 'node:fs';
import { chmod, copyFile, open, rename } from 'node:fs/promises';
import type { RestoreReport } from '../cli/dependencies.js';
import { verifyAudit } from '../credential-store/audit-queries.js';
import { identityOf } from '../credential-store/bootstrap.js';
import { openKeyring } from '../credential-store/keyring.js';
import { acquire, holderOf, release } from '../credential-store/lease.js';
import { endingsOf, NO_ENDINGS, settleRestored } from '../credential-store/restore.js';
import type { Storage } from '../credential-store/storage-port.js';
import { type Fault, fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';
import { type DurationMs, formatInstant, SECOND_MS } from '../domain/time.js';
import { type Caller, WRITERS } from '../ports/live-store.js';
import {
  folderState,
  makeDatabaseFile,
  makeFolder,
  makeKeyFile,
  readKeyFile,
  type StoreFolder,
  storeFolder,
} from '../storage/folder.js';
import {
  brokenPages,
  copyDatabase,
  nameFile,
  removeDatabase,
  replacingRows,
} from '../storage/sqlite/copy.js';
import { openSqlite } from '../storage/sqlite/engine.js';
import { givenKey } from './backup.js';
import { systemProcesses } from './processes.js';
import { type OpenOptions, using } from './store-site.js';

export interface RestoreOptions extends Omit<OpenOptions, 'whenAbsent'> {
  readonly folder: string;
  /** The backup, absolute. */
  readonly file: string;
  /** The master key of the backup, where it is not the one in force here. */
  readonly keyFile: string | undefined;
  /** What to do about a store that is newer, another one, or cannot be opened. */
  readonly whenOther: 'refuse' | 'overwrite';
  /** How long another process that holds the lease is waited for; absent: not at all. */
  readonly lockTimeoutMs?: DurationMs;
  readonly caller: Caller;
}

/** What a store is known by. */
interface Identified {
  readonly storeId: string;
  readonly entries: number;
}

/** Stopped at any point, the store is as it was, or restored. Faults say which check refused. */
export async function restore(options: RestoreOptions): Promise<Result<RestoreReport>> {
  const paths = storeFolder(options.folder);
  const draft = `${paths.database}.restoring`;
  const state = await folderState(paths);
  if (!state.ok) return state;
  if (state.value === 'foreign')
    return fail(
      fault('store_foreign', `${paths.folder} contains files that are not a store; use another folder`),
    );
  const made = await makeFolder(paths);
  if (!made.ok) return made;
  try {
    const drafted = await draftOf(options.file, draft);
    if (!drafted.ok) return drafted;
    const keys = await masterKeysFor(paths, options);
    if (!keys.ok) return keys;
    const backup = await checked(draft, keys.value.from, options);
    if (!backup.ok) return backup;
    const present =
      state.value === 'present' ? await presentStore(paths, backup.value, options) : ok(undefined);
    if (!present.ok) return present;
    return await replace({ paths, draft, options, keys: keys.value, present: present.value });
  } finally {
    await removeDatabase(draft);
  }
}

/** A copy of the backup to work on: opening a database may write to it. */
async function draftOf(file: string, draft: string): Promise<Result<void>> {
  const wal = `${file}-wal`;
  if (existsSync(wal) && statSync(wal).size > 0)
    return fail(
      fault('usage', `${file} is a store in use, not a backup; create a backup of it with: keywright backup`),
    );
  try {
    await removeDatabase(draft);
    await copyFile(file, draft, constants.COPYFILE_EXCL);
    await chmod(draft, 0o600);
    const copy = await open(draft, 'r+');
    const { buffer } = await copy.read(Buffer.alloc(15), 0, 15, 0);
    await copy.close();
    if (buffer.toString('latin1') !== 'SQLite format 3')
      return fail(fault('store_foreign', `${file} is not a backup; create one with: keywright backup FILE`));
  } catch (error) {
    return fail(
      fault(
        'usage',
        `the backup ${file} cannot be read; use a file created by: keywright backup FILE`,
        error,
      ),
    );
  }
  const broken = brokenPages(draft);
  return broken
    ? fail({ ...broken, message: `the backup ${file} is damaged; use another one` })
    : ok(undefined);
}

interface MasterKeys {
  /** What the backup was made under. */
  readonly from: Secret;
  /** What this store is opened with: what is given or kept here already, else that of the backup. */
  readonly to: Secret;
}

async function masterKeysFor(paths: StoreFolder, options: RestoreOptions): Promise<Result<MasterKeys>> {
  const given = await givenKey(options.keyFile);
  if (!given.ok) return given;
  const kept = options.masterKey ? ok(options.masterKey) : await readKeyFile(paths.masterKey);
  if (!kept.ok) return kept;
  const from = given.value ?? kept.value;
  if (from !== undefined) return ok({ from, to: kept.value ?? from });
  return fail(
    fault(
      'master_key',
      'the backup needs the master key that its store had at that time; set it in KEYWRIGHT_MASTER_KEY or with --master-key-file',
    ),
  );
}

/** The backup opens with the key, and its chain holds. */
const checked = (draft: string, masterKey: Secret, options: RestoreOptions): Promise<Result<Identified>> =>
  inDatabase(draft, options, async (storage) => {
    const rows = await storage.read(async (tx) => ok(await tx.keyring.all()));
    if (!rows.ok) return rows;
    if (rows.value.length === 0)
      return fail(
        fault(
          'store_foreign',
          `${options.file} does not contain a store; use a file created by: keywright backup`,
        ),
      );
    const keyring = openKeyring(rows.value, masterKey);
    if (!keyring.ok) return fail(wrongKey(keyring.error));
    const audit = await verifyAudit(storage, keyring.value);
    return audit.ok ? identified(storage) : audit;
  });

const wrongKey = ({ cause }: Fault): Fault =>
  fault(
    'master_key',
    'the master key is not the key of this backup; provide that key with --master-key-file. A backup made before the key was replaced needs the earlier key',
    cause,
  );

const identified = (storage: Storage): Promise<Result<Identified>> =>
  storage.read(async (tx) =>
    ok({ storeId: (await identityOf(tx)).storeId, entries: await tx.audit.lastSeq() }),
  );

interface Present extends Identified {
  readonly isSame: boolean;
}

/** Undefined when what was there is no store any more: an empty one, or one that was moved aside. */
async function presentStore(
  paths: StoreFolder,
  backup: Identified,
  options: RestoreOptions,
): Promise<Result<Present | undefined>> {
  const broken = brokenPages(paths.database);
  const found = broken ? fail(broken) : await inDatabase(paths.database, options, identified);
  if (!found.ok)
    return options.whenOther === 'overwrite'
      ? moveAside(paths, options)
      : fail(unreadable(paths, found.error));
  const { storeId, entries } = found.value;
  if (storeId === '') return ok(undefined);
  const isSame = storeId === backup.storeId;
  if (isSame && entries <= backup.entries) return ok({ storeId, entries, isSame });
  if (options.whenOther === 'overwrite') return ok({ storeId, entries, isSame });
  const difference = isSame
    ? `is newer than the backup by ${entries - backup.entries} audit entries, which would be lost`
    : 'is not the store that was backed up';
  return fail(
    fault(
      'refused',
      `the store in ${paths.folder} ${difference}; nothing was changed. If this is intended, use --overwrite`,
    ),
  );
}

const unreadable = ({ folder }: StoreFolder, { cause, message }: Fault): Fault =>
  fault(
    'refused',
    `the store in ${folder} cannot be compared with the backup (${message}); nothing was changed. To move it aside and restore, use --overwrite`,
    cause,
  );

/** No process can be at work in a file that does not open. */
async function moveAside(paths: StoreFolder, options: RestoreOptions): Promise<Result<undefined>> {
  const aside = asideName(paths, options);
  for (const suffix of ['', '-wal', '-shm'])
    if (existsSync(paths.database + suffix)) await rename(paths.database + suffix, aside + suffix);
  return ok(undefined);
}

const asideName = ({ database }: StoreFolder, { clock }: RestoreOptions): string =>
  `${database}.before-${formatInstant(clock.now()).replaceAll(':', '-')}`;

interface Replacement {
  readonly paths: StoreFolder;
  readonly draft: string;
  readonly options: RestoreOptions;
  readonly keys: MasterKeys;
  readonly present: Present | undefined;
}

async function replace({
  paths,
  draft,
  options,
  keys,
  present,
}: Replacement): Promise<Result<RestoreReport>> {
  const file = await makeDatabaseFile(paths);
  if (!file.ok) return file;
  // Creates the tables where they are absent. No other process may be writing from here to the transaction's lock.
  const free = await inDatabase(paths.database, options, (storage) => takeTurn(storage, options));
  if (!free.ok) return free;
  const aside = present ? await keepAside(paths, options) : ok(undefined);
  if (!aside.ok) return aside;
  if (options.masterKey === undefined) {
    const kept = await makeKeyFile(paths.masterKey, keys.to, options.entropy);
    if (!kept.ok) return kept;
  }
  const { clock } = options;
  const restored = await replacingRows(
    { path: paths.database, draft, sleep: (ms) => clock.sleep(ms) },
    async (tx, replaceRows) => {
      const endings = present?.isSame ? await endingsOf(tx, clock.now()) : NO_ENDINGS;
      replaceRows();
      return settleRestored({ ...options, tx, masterKeys: keys, endings });
    },
  );
  return restored.ok ? ok({ ...restored.value, aside: aside.value }) : restored;
}

/** `locked` while another process reconciles for longer than it is waited for. The lease is given back at once: replacing the rows ends every lease. */
async function takeTurn(storage: Storage, options: RestoreOptions): Promise<Result<void>> {
  const { caller, clock, lockTimeoutMs = 0 } = options;
  const until = clock.monotonicMs() + lockTimeoutMs;
  for (;;) {
    const turn = await storage.write(async (tx) => {
      const now = clock.now();
      const other = await holderOf(tx, WRITERS, now);
      const isDead = other?.process !== undefined && systemProcesses.isDead(other.process);
      const claim = isDead ? { takeOver: other.epoch } : {};
      const lease = await acquire(tx, { name: WRITERS, holder: caller.actor, ttlMs: 1, ...claim }, now);
      return lease.ok ? release(tx, lease.value) : lease;
    });
    if (turn.ok || turn.error.code !== 'locked' || clock.monotonicMs() >= until) return turn;
    await clock.sleep(AGAIN_MS);
  }
}

const AGAIN_MS = SECOND_MS / 4;

async function keepAside(paths: StoreFolder, options: RestoreOptions): Promise<Result<string>> {
  const aside = asideName(paths, options);
  const copied = await copyDatabase(paths.database, `${aside}.partial`);
  if (!copied.ok) return copied;
  const named = await nameFile(`${aside}.partial`, aside, 'refuse');
  return named.ok ? ok(aside) : named;
}

/** Opens a database, its tables brought up to date, and closes it whatever comes of the work. */
async function inDatabase<T>(
  path: string,
  { clock }: RestoreOptions,
  work: (storage: Storage) => Promise<Result<T>>,
): Promise<Result<T>> {
  const opened = await openSqlite({ path, sleep: (ms, signal) => clock.sleep(ms, signal) });
  return using(opened, async (storage) => {
    const result = await work(storage);
    await storage.close();
    return result;
  });
}
