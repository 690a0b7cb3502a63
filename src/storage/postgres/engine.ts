/**
 * PostgreSQL: one database for several processes on several machines. Writers of all of them take turns by
 * a lock of the database, so the audit chain has one order; readers take none, each in a snapshot.
 *
 * Nothing is tried again by itself. What was cut off before its commit left nothing; when the answer to a
 * commit is lost is unknown, and the fault says so. Running the same command again is right in both
 * cases: mutations are idempotent, and plans are made from what is there.
 */
import { Kysely } from 'kysely';
import type { Storage, Transactional } from '../../credential-store/storage-port.js';
import { type Fault, fault } from '../../domain/errors.js';
import { fail, ok, type Result } from '../../domain/result.js';
import type { Secret } from '../../domain/secret.js';
import { SECOND_MS } from '../../domain/time.js';
import { ChangeSignal } from '../change-signal.js';
import { OF_DEVELOPMENT } from '../migrations/index.js';
import type { Database } from '../schema.js';
import { transactionOver } from '../transaction.js';
import { WriteQueue } from '../write-queue.js';
import { type PostgresConnection, postgresDialect, SCHEMA } from './driver.js';
import { faultOf } from './errors.js';
import { listeningTo, type Sleep } from './listen.js';
import { migrate, type SchemaState, schemaState } from './migrate.js';
import { PostgresPool, type TimeSample } from './pool.js';
import { type FaultOf, PostgresWriter, WRITE } from './writer.js';

/** A request of a reconciler takes a second, and the clocks of two machines differ by five at most. */
const LATE_MS = 6 * SECOND_MS;

const READ = 'begin isolation level repeatable read read only';

export interface PostgresServer {
  /** Tells whether a store exists; creates nothing. `store_foreign` for tables of another application. */
  state(): Promise<Result<'absent' | 'present'>>;
  /** The store, its tables made or brought up to date if need be. */
  open(): Promise<Result<Storage>>;
  /** What was opened is closed with it. */
  close(): Promise<void>;
}

export interface ServerOptions {
  readonly address: Secret;
  /** What messages say of the address. */
  readonly shown: string;
  readonly sleep: Sleep;
  readonly monotonicMs: () => number;
  /** Hears what time it is on the server, with every transaction. */
  readonly onTime?: ((sample: TimeSample) => void) | undefined;
}

/** The database at an address, which is not asked before the first call. */
export function postgresServer({ shown, ...options }: ServerOptions): PostgresServer {
  const { sleep } = options;
  const pool = new PostgresPool(options);
  const known: FaultOf = (error) => faultOf(error, shown);
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= pool.close();
    return closed;
  };
  return {
    state: async () => {
      const state = await stateOf(pool, known);
      if (!state.ok) return state;
      const refusal = refused(state.value, shown);
      if (refusal) return fail(refusal);
      return ok(state.value === 'absent' ? 'absent' : 'present');
    },
    open: async () => {
      const problem = await prepare(pool, known, shown);
      if (problem) return fail(problem);
      const signal = new ChangeSignal(listeningTo(pool, sleep));
      const closeAll = (): Promise<void> => {
        signal.close();
        return close();
      };
      return ok(storageOver({ pool, known, signal, close: closeAll }));
    },
    close,
  };
}

interface Parts {
  readonly pool: PostgresPool;
  readonly known: FaultOf;
  readonly signal: ChangeSignal;
  readonly close: () => Promise<void>;
}

function storageOver({ pool, known, signal, close }: Parts): Storage {
  const compiler = new Kysely<Database>({ dialect: postgresDialect() }).withSchema(SCHEMA);
  const writer = new PostgresWriter({ pool, compiler, faultOf: known });
  const queue = new WriteQueue(writer);
  let isClosed = false;
  const read: Transactional = (work) =>
    isClosed
      ? Promise.resolve(fail(fault('store_unreachable', 'the store was closed')))
      : snapshot(pool, known, (connection) =>
          work(transactionOver({ compiler, connection, memo: new Map() })),
        );
  return {
    read,
    write: (work) => queue.write(() => work(writer.transaction)),
    lateMs: LATE_MS,
    watch: (listener) => signal.watch(listener),
    close: async () => {
      isClosed = true;
      await queue.close();
      await close();
    },
  };
}

/** `work` in one snapshot, which ends with it. */
async function snapshot<T>(
  pool: PostgresPool,
  known: FaultOf,
  work: (connection: PostgresConnection) => Promise<Result<T>>,
): Promise<Result<T>> {
  try {
    const connection = await pool.begin(READ);
    try {
      return await work(connection);
    } finally {
      if (connection.isOpen) await connection.rollback();
    }
  } catch (error) {
    const refusal = known(error);
    if (refusal) return fail(refusal);
    throw error;
  }
}

const stateOf = (pool: PostgresPool, known: FaultOf): Promise<Result<SchemaState>> =>
  snapshot(pool, known, async (connection) => ok(await schemaState(connection)));

/** Of several that start at once one makes the tables; the others wait for it and find them made. */
async function prepare(pool: PostgresPool, known: FaultOf, shown: string): Promise<Fault | undefined> {
  const found = await stateOf(pool, known);
  if (!found.ok) return found.error;
  if (found.value === 'current') return undefined;
  try {
    const connection = await pool.begin(WRITE);
    try {
      const state = await schemaState(connection);
      const refusal = refused(state, shown);
      if (refusal) return refusal;
      if (state !== 'current') await migrate(connection);
      await connection.commit();
      return undefined;
    } finally {
      if (connection.isOpen) await connection.rollback();
    }
  } catch (error) {
    const refusal = known(error);
    if (refusal) return refusal;
    throw error;
  }
}

function refused(state: SchemaState, shown: string): Fault | undefined {
  const schema = `the schema ${SCHEMA} at ${shown}`;
  if (state === 'development') return fault('store_foreign', `${schema} ${OF_DEVELOPMENT}`);
  if (state !== 'foreign') return undefined;
  return fault(
    'store_foreign',
    `${schema} does not contain a store of this version of Keywright; use another database, or the version that created it`,
  );
}
