/**
 * Whole copies of an SQLite store: out of one that others write to, and back into one. A copy is one snapshot;
 * what is put back is one transaction, so every process that has the store open sees all of it or nothing, and a process
 * that is killed leaves the one or the other.
 */
import { link, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Kysely } from 'kysely';
import type { Transaction } from '../../credential-store/storage-port.js';
import { type Fault, fault } from '../../domain/errors.js';
import { fail, ok, type Result } from '../../domain/result.js';
import type { Database } from '../schema.js';
import { transactionOver } from '../transaction.js';
import { SqliteConnection, sqliteDialect } from './driver.js';
import { beginning, faultOf } from './engine.js';

/** A snapshot of `from` in a new file, 0600 and durable, with every page checked. Writers are not held up. */
export async function copyDatabase(from: string, to: string): Promise<Result<void>> {
  try {
    await removeDatabase(to);
    await (await open(to, 'wx', 0o600)).close();
    const connection = new SqliteConnection(from);
    try {
      connection.all('pragma busy_timeout=5000');
      connection.run('vacuum into ?', [to]);
    } finally {
      connection.close();
    }
    const problem = brokenPages(to);
    if (problem) return fail(problem);
    await sync(to);
    return ok(undefined);
  } catch (error) {
    return fail(faultOf(error) ?? unwritable(to, error));
  }
}

/** Undefined when every page and index of the file is sound. */
export function brokenPages(path: string): Fault | undefined {
  try {
    const connection = new SqliteConnection(path);
    try {
      const [found] = connection.all('pragma integrity_check') as { readonly integrity_check: string }[];
      const dangling = connection.all('pragma foreign_key_check');
      return found?.integrity_check === 'ok' && dangling.length === 0 ? undefined : damaged(path);
    } finally {
      connection.close();
    }
  } catch (error) {
    return damaged(path, error);
  }
}

/** Gives a finished file its name, in one step; `exists` if something has it, unless that may be replaced. */
export async function nameFile(
  from: string,
  to: string,
  whenTaken: 'refuse' | 'replace',
): Promise<Result<void>> {
  try {
    if (whenTaken === 'replace') await rename(from, to);
    else {
      await link(from, to);
      await rm(from);
    }
    await sync(dirname(to));
    return ok(undefined);
  } catch (error) {
    return fail(isTaken(error) ? taken(to) : unwritable(to, error));
  }
}

/** The file and what SQLite keeps beside it. */
export async function removeDatabase(path: string): Promise<void> {
  for (const suffix of ['', '-wal', '-shm', '-journal']) await rm(path + suffix, { force: true });
}

export interface Replacing {
  /** The store: a file whose tables are up to date. */
  readonly path: string;
  /** The file whose rows replace the store's; as up to date. */
  readonly draft: string;
  readonly sleep: (ms: number) => Promise<void>;
}

/**
 * One transaction in which `work` may read the rows that are there, replace all of them, and write. Leases are
 * not replaced but ended: a previous holder must not be taken for its holder afterwards.
 */
export async function replacingRows<T>(
  { path, draft, sleep }: Replacing,
  work: (tx: Transaction, replace: () => void) => Promise<Result<T>>,
): Promise<Result<T>> {
  const connection = new SqliteConnection(path);
  try {
    // Rows come and go table by table, and what refers to what was checked where they come from.
    for (const pragma of ['synchronous=FULL', 'foreign_keys=OFF']) connection.all(`pragma ${pragma}`);
    connection.run('attach database ? as draft', [draft]);
    const memo = new Map<string, unknown>();
    const compiler = new Kysely<Database>({ dialect: sqliteDialect(connection) });
    const refused = await beginning(connection, 'begin immediate', sleep);
    if (refused) return fail(refused);
    const result = await work(transactionOver({ compiler, connection, memo }), () => {
      memo.clear();
      replaceAll(connection);
    });
    connection.execute(result.ok ? 'commit' : 'rollback');
    return result;
  } catch (error) {
    const known = faultOf(error);
    if (known) return fail(known);
    throw error;
  } finally {
    // Undoes what was not committed.
    connection.close();
  }
}

function replaceAll(connection: SqliteConnection): void {
  for (const table of tablesOf(connection)) {
    if (table === 'leases') continue;
    connection.execute(`delete from main.${table}`);
    connection.execute(`insert into main.${table} select * from draft.${table}`);
  }
  connection.execute(
    'insert into main.leases select * from draft.leases where true on conflict (name) do update set epoch = max(epoch, excluded.epoch)',
  );
  connection.execute("update main.leases set epoch = epoch + 1, holder = '', until = 0");
}

const tablesOf = (connection: SqliteConnection): readonly string[] =>
  (
    connection.all(
      "select name from draft.sqlite_master where type = 'table' and name not like 'sqlite_%'",
    ) as { readonly name: string }[]
  ).map(({ name }) => name);

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;

const isTaken = (error: unknown): boolean => codeOf(error) === 'EEXIST';

const taken = (path: string) =>
  fault('exists', `${path} already exists; use another file, or replace it with --force`);

const unwritable = (path: string, error: unknown) =>
  fault(
    'store_unreachable',
    `${path} cannot be written (${String(codeOf(error))}); check the folder and the disk`,
    error,
  );

const damaged = (path: string, error?: unknown) =>
  fault('store_unreachable', `${path} is damaged or not a database; use another copy`, error);
