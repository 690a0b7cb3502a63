/**
 * A kysely dialect over `pg`, the one file that knows that package; and the only place where SQL differs
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
import type { Secret } from '../../domain/secret.js';
import { PostgresError } from './errors.js';

export const SCHEMA = 'keywright';
/** The channel on which a commit tells the number of its last audit entry. */
export const CHANGES = 'keywright_changes';

/** Reads run side by side on these; writes have one at a time. */
const CONNECTIONS_MAX = 8;
const CONNECT_WITHIN_MS = 5_000;
/** An answer that takes longer does not come: the network is gone without a word. */
const ANSWER_WITHIN_MS = 60_000;
const INT8_OID = 20;

type ParserOf = typeof pg.types.getTypeParser;

/** Whole numbers of eight bytes are instants and counts, all of which a number holds. */
const parserOf = ((oid: number, format: 'text') =>
  oid === INT8_OID ? Number : pg.types.getTypeParser(oid, format)) as ParserOf;

/** Connections to one database, made when they are first needed. */
export class PostgresPool {
  readonly #pool: pg.Pool;
  readonly #names = new StatementNames();

  constructor(address: Secret) {
    this.#pool = new pg.Pool({
      connectionString: address.reveal(),
      max: CONNECTIONS_MAX,
      connectionTimeoutMillis: CONNECT_WITHIN_MS,
      query_timeout: ANSWER_WITHIN_MS,
      keepAlive: true,
      application_name: 'keywright',
      types: { getTypeParser: parserOf },
    });
    // A connection that breaks says so here and fails its next query; idle ones are replaced.
    this.#pool.on('error', ignore);
    this.#pool.on('connect', (client) => client.on('error', ignore));
  }

  /**
   * A connection on which `begin` was run. Those that died while idle, as all do when the server restarts,
   * are thrown away first. Throws `PostgresError`.
   */
  async begin(begin: string): Promise<PostgresConnection> {
    for (let attempt = 1; ; attempt++) {
      const connection = await this.#connect();
      try {
        await connection.execute(begin);
        return connection;
      } catch (error) {
        connection.abandon();
        const isDead = error instanceof PostgresError && !error.isAnswer;
        if (!isDead || attempt > CONNECTIONS_MAX) throw error;
      }
    }
  }

  /** A connection that hears of changes; not for transactions. `onEnd` when it is lost. Throws `PostgresError`. */
  async listen({ onMessage, onEnd }: Listening): Promise<PostgresConnection> {
    const client = await this.#client();
    client.on('notification', ({ payload }) => onMessage(payload ?? ''));
    client.once('end', onEnd);
    const connection = new PostgresConnection(client, this.#names);
    await connection.execute(`listen ${CHANGES}`);
    return connection;
  }

  /** Waits for those in use. */
  close(): Promise<void> {
    return this.#pool.end();
  }

  async #connect(): Promise<PostgresConnection> {
    return new PostgresConnection(await this.#client(), this.#names);
  }

  async #client(): Promise<pg.PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw new PostgresError(error);
    }
  }
}

export interface Listening {
  readonly onMessage: (payload: string) => void;
  readonly onEnd: () => void;
}

const ignore = (): void => {};

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

/** Names statements that are run again, so that the server prepares them once a connection. */
class StatementNames {
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
