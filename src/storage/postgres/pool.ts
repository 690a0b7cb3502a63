/**
 * Connections to a database that takes writes, wherever that is now. A server that was demoted continues to answer, so
 * every connection says at each of its transactions whether its server takes writes: if not, all connections to it are
 * given up and the next host of the address is tried, which for a single name is where that leads by then.
 */
import pg from 'pg';
import type { Secret } from '../../domain/secret.js';
import { addressesOf } from './address.js';
import { CHANGES, PostgresConnection, parserOf, StatementNames } from './driver.js';
import { PostgresError } from './errors.js';

/** Reads run side by side on these; writes have one at a time. */
const CONNECTIONS_MAX = 8;
const CONNECT_WITHIN_MS = 5_000;
/** When all are in use, how long one is waited for. */
const FREE_WITHIN_MS = 30_000;
/** How long fewer connections have to do, after the server would not give more. */
const FEWER_FOR_MS = 30_000;
const TRY_FULL_EVERY_MS = 100;
/** An answer that takes longer does not come: the network is gone without a word. */
const ANSWER_WITHIN_MS = 60_000;
/** No connection gets older, so that a change of address or of limits reaches a busy pool too. */
const AGE_MAX_SECONDS = 300;

/** What the server's clock showed, and our monotonic clock before it was asked and when it had answered. */
export interface TimeSample {
  readonly storeMs: number;
  readonly askedMs: number;
  readonly answeredMs: number;
}

export interface PoolOptions {
  readonly address: Secret;
  readonly monotonicMs: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Hears what time it is on the server, with every transaction. */
  readonly onTime?: ((sample: TimeSample) => void) | undefined;
}

/** Connects within its own time; the pool's is that of waiting for a free one. */
class Client extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super({ ...config, connectionTimeoutMillis: CONNECT_WITHIN_MS });
  }
}

/** Connections to one database, made when they are first needed. */
export class PostgresPool {
  readonly #options: PoolOptions;
  readonly #hosts: readonly Secret[];
  readonly #names = new StatementNames();
  #host = 0;
  #pool: pg.Pool;
  #fewerUntilMs = 0;
  /** Given up, and closing. */
  readonly #left = new Set<Promise<void>>();

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#hosts = addressesOf(options.address);
    this.#pool = this.#newPool();
  }

  /**
   * A connection to a server that takes writes, on which `begin` was run. Those that died while idle, as all do when the
   * server restarts, are thrown away first. Throws `PostgresError`.
   */
  async begin(begin: string): Promise<PostgresConnection> {
    let gone = 0;
    for (let attempt = 1; ; attempt++) {
      const { connection, pool } = await this.#connect();
      try {
        await this.#prove(connection, begin);
        return connection;
      } catch (error) {
        connection.abandon();
        if (!(error instanceof PostgresError)) throw error;
        if (error.takesNoWrites) {
          this.#leave(pool);
          // Once more on the first: its name may lead somewhere else by now.
          if (++gone > this.#hosts.length) throw error;
        } else if (error.isAnswer || attempt > CONNECTIONS_MAX) throw error;
      }
    }
  }

  /** A connection that hears of changes; not for transactions. `onEnd` when it is lost. Throws `PostgresError`. */
  async listen({ onMessage, onEnd }: Listener): Promise<ListeningConnection> {
    const { client, pool } = await this.#client();
    client.on('notification', ({ payload }) => onMessage(payload ?? ''));
    client.once('end', onEnd);
    const connection = new PostgresConnection(client, this.#names);
    const prove = async (): Promise<void> => {
      try {
        await this.#prove(connection, 'select 1');
      } catch (error) {
        if (error instanceof PostgresError && error.takesNoWrites) this.#leave(pool);
        throw error;
      }
    };
    try {
      await prove();
      await connection.execute(`listen ${CHANGES}`);
    } catch (error) {
      connection.abandon();
      throw error;
    }
    return { connection, prove };
  }

  /** Waits for those in use. */
  async close(): Promise<void> {
    await Promise.all([this.#pool.end(), ...this.#left]);
  }

  /** Runs `text`, and throws unless the server takes writes. */
  async #prove(connection: PostgresConnection, text: string): Promise<void> {
    const { monotonicMs, onTime } = this.#options;
    const askedMs = monotonicMs();
    const state = await connection.executeLast<ServerState>(`${text}; ${STATE}`);
    if (state === undefined || state.is_read_only) throw new PostgresError({ code: '25006' });
    onTime?.({ storeMs: state.now, askedMs, answeredMs: monotonicMs() });
  }

  async #connect(): Promise<{ readonly connection: PostgresConnection; readonly pool: pg.Pool }> {
    const { client, pool } = await this.#client();
    return { connection: new PostgresConnection(client, this.#names), pool };
  }

  /** Of the first host that answers, beginning with the one in use. */
  async #client(): Promise<{ readonly client: pg.PoolClient; readonly pool: pg.Pool }> {
    for (let attempt = 1; ; attempt++) {
      const pool = this.#pool;
      try {
        return { client: await this.#free(pool), pool };
      } catch (error) {
        // Another call found its server demoted in the meantime.
        if (pool !== this.#pool && attempt <= this.#hosts.length) continue;
        if (attempt >= this.#hosts.length) throw new PostgresError(error);
        this.#leave(pool);
      }
    }
  }

  /** When the server gives no more connections, an open one of this process becomes free; without an open one, a slot does. */
  async #free(pool: pg.Pool): Promise<pg.PoolClient> {
    const { monotonicMs, sleep } = this.#options;
    const until = monotonicMs() + FREE_WITHIN_MS;
    for (;;) {
      if (monotonicMs() >= this.#fewerUntilMs) pool.options.max = CONNECTIONS_MAX;
      try {
        return await pool.connect();
      } catch (error) {
        if (!new PostgresError(error).isFull || monotonicMs() >= until) throw error;
        pool.options.max = Math.max(1, pool.totalCount);
        this.#fewerUntilMs = monotonicMs() + FEWER_FOR_MS;
        await sleep(TRY_FULL_EVERY_MS);
      }
    }
  }

  #leave(pool: pg.Pool): void {
    if (pool !== this.#pool) return;
    this.#host = (this.#host + 1) % this.#hosts.length;
    this.#pool = this.#newPool();
    const closing = pool.end().finally(() => this.#left.delete(closing));
    this.#left.add(closing);
  }

  #newPool(): pg.Pool {
    const pool = new pg.Pool({
      connectionString: this.#hosts[this.#host]?.reveal(),
      max: CONNECTIONS_MAX,
      connectionTimeoutMillis: FREE_WITHIN_MS,
      maxLifetimeSeconds: AGE_MAX_SECONDS,
      query_timeout: ANSWER_WITHIN_MS,
      keepAlive: true,
      application_name: 'keywright',
      types: { getTypeParser: parserOf },
      Client,
    });
    // A connection that breaks says so here and fails its next query; idle ones are replaced.
    pool.on('error', ignore);
    pool.on('connect', (client) => client.on('error', ignore));
    return pool;
  }
}

export interface Listener {
  readonly onMessage: (payload: string) => void;
  readonly onEnd: () => void;
}

export interface ListeningConnection {
  readonly connection: PostgresConnection;
  /** Throws unless the server is there and takes writes. */
  prove(): Promise<void>;
}

interface ServerState {
  readonly is_read_only: boolean;
  readonly now: number;
}

/** Within a transaction that only reads it must be asked for the default. */
const STATE = `select pg_catalog.pg_is_in_recovery() or pg_catalog.current_setting('default_transaction_read_only') = 'on' as is_read_only,
  pg_catalog.floor(extract(epoch from pg_catalog.clock_timestamp()) * 1000)::pg_catalog.int8 as now`;

const ignore = (): void => {};
