/**
 * A kysely dialect over `libsql`, the one file that knows that package. Statements are prepared once a
 * connection and kept: kysely's own driver prepares at every call. All calls block, so there is one
 * connection and nothing to wait for.
 */
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import LibsqlDatabase from 'libsql';

type Handle = InstanceType<typeof LibsqlDatabase>;

interface Prepared {
  readonly isReader: boolean;
  all(...parameters: unknown[]): unknown[];
  run(...parameters: unknown[]): { readonly changes: number };
}

/** The named statements are about fifty; look-ups by many keys vary in length and could grow without end. */
const STATEMENTS_MAX = 200;

export class SqliteConnection implements DatabaseConnection {
  readonly #handle: Handle;
  readonly #prepared = new Map<string, Prepared>();

  /** Opens or makes the database at `path`; `:memory:` is one of its own. Throws the engine's error. */
  constructor(path: string) {
    this.#handle = new LibsqlDatabase(path);
  }

  get isInTransaction(): boolean {
    return this.#handle.inTransaction;
  }

  /** A statement without parameters and rows: `begin immediate`, `savepoint one`. */
  execute(sql: string): void {
    this.#prepare(sql).run([]);
  }

  /** A statement with parameters and no rows. */
  run(sql: string, parameters: readonly unknown[]): void {
    this.#prepare(sql).run([...parameters]);
  }

  all(sql: string, parameters: readonly unknown[] = []): unknown[] {
    return this.#prepare(sql).all([...parameters]);
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const prepared = this.#prepare(sql);
    if (prepared.isReader) return { rows: prepared.all(parameters) as R[] };
    const { changes } = prepared.run(parameters);
    return { rows: [], numAffectedRows: BigInt(changes) };
  }

  // biome-ignore lint/correctness/useYield: the interface asks for it, and nothing here streams
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('streaming is not supported');
  }

  /**
   * The engine's package ends the process at a text that is not UTF-8, as bit rot leaves one: so queries give bytes,
   * which become texts here.
   */
  #reading(sql: string, statement: LibsqlDatabase.Statement): Prepared['all'] {
    if (!/^(?:select|with)\b/i.test(sql)) return rowsOf(statement);
    const names = statement.columns().map(({ name }) => name);
    const isNarrow = names.length <= CELLS_MAX;
    const raw = this.#handle.prepare((isNarrow ? cellsAsBytes : rowAsBytes)(sql, names)).raw();
    const cellsIn = isNarrow
      ? (cells: readonly unknown[]) => cells.map((cell) => (cell instanceof Uint8Array ? textOf(cell) : cell))
      : ([bytes]: readonly unknown[]) => JSON.parse(textOf(bytes as Uint8Array)) as readonly unknown[];
    return (parameters) =>
      raw.all(parameters).map((cells) => named(names, cellsIn(cells as readonly unknown[])));
  }

  close(): void {
    this.#prepared.clear();
    this.#handle.close();
  }

  #prepare(sql: string): Prepared {
    const known = this.#prepared.get(sql);
    if (known) return known;
    if (this.#prepared.size >= STATEMENTS_MAX) this.#prepared.clear();
    const statement = this.#handle.prepare(sql);
    const prepared: Prepared = {
      isReader: statement.reader,
      all: statement.reader ? this.#reading(sql, statement) : (parameters) => statement.all(parameters),
      run: (parameters) => statement.run(parameters),
    };
    this.#prepared.set(sql, prepared);
    return prepared;
  }
}

/** More columns are handed over as one text. */
const CELLS_MAX = 2;

/** A query of one or two columns: their texts as bytes. */
const cellsAsBytes = (sql: string, names: readonly string[]): string =>
  `select ${names.map((name) => `case when typeof("${name}") = 'text' then cast("${name}" as blob) else "${name}" end`).join(', ')} from (${sql})`;

const rowAsBytes = (sql: string, names: readonly string[]): string =>
  `select cast(json_array(${names.map((name) => `"${name}"`).join(', ')}) as blob) from (${sql})`;

/** What is not UTF-8 gets another text, which matches no MAC. */
const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');

const named = (names: readonly string[], cells: readonly unknown[]): Record<string, unknown> => {
  const row: Record<string, unknown> = {};
  for (let at = 0; at < names.length; at++) row[names[at] ?? ''] = cells[at];
  return row;
};

/** Cells are cheaper to hand over than objects with names, which are made here. */
function rowsOf(statement: LibsqlDatabase.Statement): Prepared['all'] {
  const names = statement.columns().map(({ name }) => name);
  const raw = statement.raw();
  return (parameters) => raw.all(parameters).map((cells) => named(names, cells as readonly unknown[]));
}

class SqliteDriver implements Driver {
  readonly #connection: SqliteConnection;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection;
  }

  // A plain `begin` by two connections would end in SQLITE_BUSY_SNAPSHOT.
  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('rollback'));
  }

  async releaseConnection(): Promise<void> {}

  /** The connection belongs to the engine, which closes it. */
  async destroy(): Promise<void> {}
}

/** SQLite takes changes of tables back with everything else; kysely's adapter says it does not, and would commit each alone. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

export const sqliteDialect = (connection: SqliteConnection): Dialect => ({
  createAdapter: () => new TransactionalAdapter(),
  createDriver: () => new SqliteDriver(connection),
  createQueryCompiler: () => new SqliteQueryCompiler(),
  createIntrospector: (db: Kysely<unknown>) => new SqliteIntrospector(db),
});

/** The engine's error code, such as `SQLITE_BUSY`; undefined for errors that are not the engine's. */
export function sqliteCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string' && error.code.startsWith('SQLITE_'))
    return error.code;
  // Opening a file has an error of its own, without a code.
  return 'message' in error && String(error.message).startsWith('ConnectionFailed')
    ? 'SQLITE_CANTOPEN'
    : undefined;
}
