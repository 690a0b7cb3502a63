/**
 * The embedded engine: one SQLite file, one connection that writes and one that reads. Safe with several
 * processes on one file; durable when it answers (WAL with synchronous=FULL).
 */
import { Kysely, Migrator } from 'kysely';
import { BrokenRow } from '../../credential-store/storage-port/broken-row.js';
import type { Storage, Transactional } from '../../credential-store/storage-port.js';
import { type Fault, fault } from '../../domain/errors.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { SECOND_MS } from '../../domain/time.js';
import { ChangeSignal, NO_OTHER_WRITER, notifyingEntries } from '../change-signal.js';
import { MIGRATIONS, type MigrationState, migrationState, OF_DEVELOPMENT } from '../migrations/index.js';
import type { Database } from '../schema.js';
import { brokenRow, transactionOver } from '../transaction.js';
import { type Transactor, WriteQueue } from '../write-queue.js';
import { SqliteConnection, sqliteCode, sqliteDialect } from './driver.js';
import { RowMemo } from './row-memo.js';
import { lookingAt } from './watch.js';

/** Waiting inside the engine freezes the event loop, so most of the waiting is done outside. */
const BUSY_TIMEOUT_MS = 10;
const BUSY_PAUSE_MS = 10;
const BUSY_ATTEMPTS = 500;

/** A request of a reconciler takes a second; there is one clock, the machine's. */
const LATE_MS = SECOND_MS;

export const IN_MEMORY = ':memory:';

export interface SqliteOptions {
  /** A file that exists, or `IN_MEMORY`. */
  readonly path: string;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/**
 * Opens the database and brings its tables up to date. `store_foreign` if it holds something else or was
 * made by a newer version; `store_unreachable` if it cannot be read.
 */
export async function openSqlite({ path, sleep }: SqliteOptions): Promise<Result<Storage>> {
  const opened: SqliteConnection[] = [];
  const connect = <T>(pragmas: readonly string[], ready: (connection: SqliteConnection) => Promise<T>) =>
    patiently(async () => {
      const connection = new SqliteConnection(path);
      try {
        for (const pragma of pragmas) connection.all(`pragma ${pragma}`);
        const found = await ready(connection);
        opened.push(connection);
        return found;
      } catch (error) {
        connection.close();
        throw error;
      }
    }, sleep);
  const close = (): void => {
    for (const connection of opened) connection.close();
  };
  try {
    const writer = await connect(WRITER_PRAGMAS, migrated);
    if (!writer.ok) {
      close();
      return writer;
    }
    const reader = path === IN_MEMORY ? undefined : await connect(PRAGMAS, async (connection) => connection);
    const signal = new ChangeSignal(reader ? lookingAt({ reader, sleep }) : NO_OTHER_WRITER);
    const write = queued(writer.value, sleep, {
      pause: reader && macrotask,
      onEntries: () => signal.notify(),
    });
    const read = reader ? queued(reader, sleep, { sees: 'others', begin: 'begin' }) : write;
    return ok({
      read: read.run,
      write: write.run,
      lateMs: LATE_MS,
      watch: (listener) => signal.watch(listener),
      close: closing([write.queue, read.queue], () => {
        signal.close();
        close();
      }),
    });
  } catch (error) {
    close();
    const known = faultOf(error);
    if (known) return fail(known);
    throw error;
  }
}

const PRAGMAS = [
  `busy_timeout=${BUSY_TIMEOUT_MS}`,
  'journal_mode=WAL',
  'synchronous=FULL',
  'foreign_keys=ON',
];

/**
 * Large writes touch pages everywhere in the indexes: 64 MiB keep them at hand, and the log is copied into
 * the database when it has grown as large, not every 4 MiB.
 */
const WRITER_PRAGMAS = [...PRAGMAS, 'cache_size=-65536', 'wal_autocheckpoint=16384'];

const closing = (queues: readonly WriteQueue[], close: () => void) => {
  let closed: Promise<void> | undefined;
  return (): Promise<void> => {
    closed ??= Promise.all(queues.map((queue) => queue.close())).then(close);
    return closed;
  };
};

const macrotask = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Turns {
  /** Absent: it writes. */
  readonly sees?: 'others';
  readonly begin?: string;
  /** Between transactions. */
  readonly pause?: (() => Promise<void>) | undefined;
  /** After a commit with audit entries in it. */
  readonly onEntries?: () => void;
}

/** The transactions of one connection, one after another. */
function queued(
  connection: SqliteConnection,
  sleep: SqliteOptions['sleep'],
  { sees, begin = 'begin immediate', pause, onEntries }: Turns,
): { readonly run: Transactional; readonly queue: WriteQueue } {
  const memo = new RowMemo(connection);
  const compiler = new Kysely<Database>({ dialect: sqliteDialect(connection) });
  let hasEntries = false;
  const tx = notifyingEntries(transactionOver({ compiler, connection, memo: memo.rows }), () => {
    hasEntries = true;
  });
  const queue = new WriteQueue({
    sees: sees ?? 'itself',
    begin: async () => {
      hasEntries = false;
      const refusal = await beginning(connection, begin, sleep);
      if (refusal === undefined) memo.begun();
      return refusal;
    },
    commit: () => {
      connection.execute('commit');
      memo.committed();
      if (hasEntries) onEntries?.();
    },
    rollback: () => connection.execute('rollback'),
    enter: () => connection.execute('savepoint one'),
    leave: () => connection.execute('release one'),
    undo: () => {
      memo.rows.clear();
      connection.execute('rollback to one');
      connection.execute('release one');
    },
    isOpen: () => connection.isInTransaction,
    faultOf,
    pause: pause ?? (() => Promise.resolve()),
  } satisfies Transactor);
  return { run: (work) => queue.write(() => work(tx)), queue };
}

/** Waits for its turn among all processes; a fault if it does not come. */
export async function beginning(
  connection: SqliteConnection,
  begin: string,
  sleep: SqliteOptions['sleep'],
): Promise<Fault | undefined> {
  for (let attempt = 0; attempt < BUSY_ATTEMPTS; attempt++) {
    try {
      connection.execute(begin);
      return undefined;
    } catch (error) {
      if (!isBusy(error)) return faultOf(error) ?? fault('internal', 'the store could not begin', error);
      await sleep(BUSY_PAUSE_MS);
    }
  }
  return BUSY;
}

/**
 * Again while another process is in the way, as when both open a fresh file at once; throws in the end. Each attempt
 * has a connection of its own: one that was turned away half way through reading still sees what was there then,
 * and would be turned away for ever.
 */
async function patiently<T>(attempt: () => Promise<T>, sleep: SqliteOptions['sleep']): Promise<T> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt();
    } catch (error) {
      if (!isBusy(error) || attempts === BUSY_ATTEMPTS) throw error;
      await sleep(BUSY_PAUSE_MS);
    }
  }
}

const TABLES = fault(
  'store_tampered',
  'a table of the store is missing or was changed outside Keywright; restore a backup',
);

const BUSY = fault('store_unreachable', 'the store is busy with another process; try again');

const isBusy = (error: unknown): boolean => sqliteCode(error)?.startsWith('SQLITE_BUSY') ?? false;

/** Nothing can be written, by any process, and what is there can be read. */
const UNWRITABLE = /^SQLITE_(?:FULL|READONLY|IOERR_(?:WRITE|FSYNC|TRUNCATE|DIR_FSYNC))/;

/** What the world does to a file, by the beginning of the engine's code. Any other error is a bug in Keywright. */
const UNREACHABLE = /^SQLITE_(?:BUSY|LOCKED|IOERR|FULL|READONLY|CANTOPEN|PERM|AUTH|NOMEM|NOLFS|PROTOCOL)/;

/** The fault that an engine's error stands for; undefined for a bug in Keywright. */
export function faultOf(error: unknown): Fault | undefined {
  if (error instanceof BrokenRow) return brokenRow(error);
  const code = sqliteCode(error) ?? '';
  if (code === 'SQLITE_NOTADB')
    return fault('store_foreign', 'the store file is not a Keywright database; use another folder', error);
  if (code.startsWith('SQLITE_CORRUPT'))
    return fault('store_unreachable', 'the store file is damaged; restore a backup', error);
  // Our statements are fixed: one that is not understood asks for a table or a column that was there.
  if (code === 'SQLITE_ERROR') return { ...TABLES, cause: error };
  if (isBusy(error)) return { ...BUSY, cause: error };
  if (!UNREACHABLE.test(code)) return undefined;
  if (UNWRITABLE.test(code))
    return {
      ...fault(
        'store_unreachable',
        `the store cannot be written (${code}); free space on its disk, or make it writable`,
        error,
      ),
      isReadable: true,
    };
  return fault('store_unreachable', `the store cannot be read or written (${code}); check the disk`, error);
}

/** Brings the tables up to date. Throws what a busy engine says. */
async function migrated(connection: SqliteConnection): Promise<Result<SqliteConnection>> {
  const state = stateOf(connection);
  if (state === 'current') return ok(connection);
  if (state === 'foreign') return fail(FOREIGN);
  if (state === 'development') return fail(DEVELOPMENT);
  const { error } = await migrator(connection).migrateToLatest();
  if (error === undefined) return ok(connection);
  if (isBusy(error)) throw error;
  return fail(faultOf(error) ?? FOREIGN);
}

const FOREIGN = fault(
  'store_foreign',
  'the database does not contain a store of this version of Keywright; use another folder, or the version that created it',
);

const DEVELOPMENT = fault('store_foreign', `the store ${OF_DEVELOPMENT}`);

const migrator = (connection: SqliteConnection): Migrator =>
  new Migrator({
    db: new Kysely<unknown>({ dialect: sqliteDialect(connection) }),
    provider: { getMigrations: async () => ({ ...MIGRATIONS }) },
  });

/** One look instead of kysely's many, at every start. */
function stateOf(connection: SqliteConnection): MigrationState {
  const tables = connection.all("select name from sqlite_master where type = 'table'");
  const names = new Set(tables.map((row) => (row as { readonly name: string }).name));
  if (names.size === 0) return 'behind';
  if (!names.has('kysely_migration')) return 'foreign';
  const done = connection.all('select name from kysely_migration');
  return migrationState(done.map((row) => (row as { readonly name: string }).name));
}
