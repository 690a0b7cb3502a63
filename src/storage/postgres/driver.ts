/**
 * A kysely dialect over `pg`, the one file that knows that package; and the only file where SQL differs
 * from the other engine's: tables are in a schema, and text is compared byte by byte whatever the
 * database's language, as SQLite does.
 */
import {
  type CompiledQuery,
  type DatabaseConnection,
  type DataTypeNode,
  type Dialect,
  type Driver,
  DummyDriver,
  type Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely';
import pg from 'pg';
import { PostgresError } from './errors.js';

export const SCHEMA = 'keywright';
/** The channel on which a commit tells the number of its last audit entry. */
export const CHANGES = 'keywright_changes';

const INT8_OID = 20;

type ParserOf = typeof pg.types.getTypeParser;

/** Whole numbers of eight bytes are instants and counts, all of which a number holds. */
export const parserOf = ((oid: number, format: 'text') =>
  oid === INT8_OID ? Number : pg.types.getTypeParser(oid, format)) as ParserOf;

/** One connection while it is in use, which is for one transaction. Throws `PostgresError` only. */
export class PostgresConnection implements DatabaseConnection {
  readonly #client: pg.PoolClient;
  readonly #names: StatementNames;
  #isOpen = true;

  constructor(client: pg.PoolClient, names: StatementNames) {
    this.#client = client;
    this.#names = names;
  }

  /** False once it was given back or has broken. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Statements without parameters, several if need be, in one round trip. */
  async execute(text: string): Promise<void> {
    await this.#send({ text });
  }

  /** The same; gives the first row of the last. */
  async executeLast<R>(text: string): Promise<R | undefined> {
    const answers: unknown = await this.#send({ text });
    const last = Array.isArray(answers) ? answers.at(-1) : answers;
    return (last as pg.QueryResult).rows[0] as R | undefined;
  }

  /** Does `last`, if anything, and commits, in one round trip; gives the connection back. Throws if that is not certain. */
  async commit(last?: string): Promise<void> {
    const answers: unknown = await this.#send({ text: last === undefined ? 'commit' : `${last}; commit` });
    const answer = Array.isArray(answers) ? answers.at(-1) : answers;
    // Something else is what the server answers when the transaction had failed before.
    if (answer?.command !== 'COMMIT') throw new PostgresError({ code: '40001' });
    this.#giveBack();
  }

  async rollback(): Promise<void> {
    await this.execute('rollback').then(() => this.#giveBack(), ignore);
  }

  /** Closes the connection: the server undoes its transaction. */
  abandon(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#client.release(true);
  }

  async executeQuery<R>({ sql, parameters, queryId }: CompiledQuery): Promise<QueryResult<R>> {
    const name = this.#names.nameOf(queryId);
    const { rows, rowCount } = await this.#send({
      text: sql,
      values: [...parameters],
      ...(name !== undefined && { name }),
    });
    return { rows: rows as R[], ...(rowCount !== null && { numAffectedRows: BigInt(rowCount) }) };
  }

  // biome-ignore lint/correctness/useYield: the interface asks for it, and nothing here streams
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('streaming is not supported');
  }

  async #send(query: pg.QueryConfig): Promise<pg.QueryResult> {
    try {
      return await this.#client.query(query);
    } catch (error) {
      const known = new PostgresError(error);
      if (!known.isAnswer) this.abandon();
      throw known;
    }
  }

  #giveBack(): void {
    this.#isOpen = false;
    this.#client.release();
  }
}

const ignore = (): void => {};

/** Names statements that are run again, so that the server prepares them once a connection. */
export class StatementNames {
  readonly #names = new WeakMap<object, string>();
  readonly #seen = new WeakSet<object>();
  #count = 0;

  /** Undefined the first time: many a look-up by many keys is compiled for one run and would pile up. */
  nameOf(queryId: object): string | undefined {
    const known = this.#names.get(queryId);
    if (known !== undefined) return known;
    if (!this.#seen.has(queryId)) {
      this.#seen.add(queryId);
      return undefined;
    }
    const name = `keywright_${++this.#count}`;
    this.#names.set(queryId, name);
    return name;
  }
}

class Compiler extends PostgresQueryCompiler {
  protected override visitDataType(node: DataTypeNode): void {
    super.visitDataType(node);
    if (node.dataType === 'text') this.append(' collate "C"');
  }
}

/** Runs everything in the transaction that its caller began. */
class CallersDriver implements Driver {
  readonly #connection: PostgresConnection;

  constructor(connection: PostgresConnection) {
    this.#connection = connection;
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection;
  }

  async init(): Promise<void> {}
  async beginTransaction(): Promise<void> {}
  async commitTransaction(): Promise<void> {}
  async rollbackTransaction(): Promise<void> {}
  async releaseConnection(): Promise<void> {}
  async destroy(): Promise<void> {}
}

/** Without a connection, it compiles and runs nothing. */
export const postgresDialect = (connection?: PostgresConnection): Dialect => ({
  createAdapter: () => new PostgresAdapter(),
  createDriver: () => (connection ? new CallersDriver(connection) : new DummyDriver()),
  createQueryCompiler: () => new Compiler(),
  createIntrospector: (db: Kysely<unknown>) => new PostgresIntrospector(db),
});
