/** How the write queue drives a server: a transaction under the database's one lock of writers, then the next. */
import type { Kysely } from 'kysely';
import type { Transaction } from '../../credential-store/storage-port.js';
import { type Fault, fault } from '../../domain/errors.js';
import { notifyingEntries } from '../change-signal.js';
import type { Database } from '../schema.js';
import { transactionOver } from '../transaction.js';
import type { Transactor } from '../write-queue.js';
import type { PostgresConnection } from './driver.js';
import { PostgresError } from './errors.js';
import { notice } from './listen.js';
import type { PostgresPool } from './pool.js';

export type FaultOf = (error: unknown) => Fault | undefined;

/** "keywrght" in ASCII; locks of this sort are counted per database. */
const WRITERS_LOCK = '7738725088633514100';

/**
 * Read committed, so that what is read after the lock was waited for is what the last writer left. A
 * process that freezes inside is thrown out, or it would keep all others from writing: before those who wait give up,
 * and before its lease has run out, so that it is followed within the lease.
 */
export const WRITE = [
  'begin isolation level read committed',
  "set local lock_timeout = '5s'",
  "set local idle_in_transaction_session_timeout = '4s'",
  `select pg_advisory_xact_lock(${WRITERS_LOCK})`,
].join('; ');

interface Parts {
  readonly pool: PostgresPool;
  readonly compiler: Kysely<Database>;
  readonly faultOf: FaultOf;
}

export class PostgresWriter implements Transactor {
  readonly sees = 'itself';
  readonly faultOf: FaultOf;
  readonly #parts: Parts;
  readonly #memo = new Map<string, unknown>();
  #connection: PostgresConnection | undefined;
  #transaction: Transaction | undefined;
  /** The last audit entry of the transaction, and that before the savepoint. */
  #entry: number | undefined;
  #entryBefore: number | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.faultOf = (error) => (error instanceof LostCommit ? error.fault : parts.faultOf(error));
  }

  /** The queries of the transaction that is open. */
  get transaction(): Transaction {
    if (this.#transaction === undefined) throw new Error('no transaction was begun');
    return this.#transaction;
  }

  async begin(): Promise<Fault | undefined> {
    const { pool, compiler } = this.#parts;
    this.#memo.clear();
    this.#entry = undefined;
    try {
      const connection = await pool.begin(WRITE);
      this.#connection = connection;
      const transaction = transactionOver({ compiler, connection, memo: this.#memo });
      this.#transaction = notifyingEntries(transaction, (seq) => {
        this.#entry = seq;
      });
      return undefined;
    } catch (error) {
      return this.faultOf(error) ?? fault('internal', 'the store could not begin', error);
    }
  }

  async commit(): Promise<void> {
    try {
      await this.#open.commit(this.#entry === undefined ? undefined : notice(this.#entry));
    } catch (error) {
      const known = this.faultOf(error);
      const isUnknown = error instanceof PostgresError && !error.isAnswer;
      throw known && isUnknown ? new LostCommit(known) : error;
    }
  }

  rollback(): Promise<void> {
    return this.#open.rollback();
  }

  enter(): Promise<void> {
    this.#entryBefore = this.#entry;
    return this.#open.execute('savepoint one');
  }

  leave(): Promise<void> {
    return this.#open.execute('release savepoint one');
  }

  /** Gives the whole transaction up where only a part of it cannot be undone. */
  async undo(): Promise<void> {
    this.#memo.clear();
    this.#entry = this.#entryBefore;
    const connection = this.#open;
    await connection
      .execute('rollback to savepoint one; release savepoint one')
      .catch(() => connection.abandon());
  }

  isOpen(): boolean {
    return this.#connection?.isOpen ?? false;
  }

  /** Every answer of the server has let the others have their turn. */
  pause(): Promise<void> {
    return Promise.resolve();
  }

  get #open(): PostgresConnection {
    if (this.#connection === undefined) throw new Error('no transaction was begun');
    return this.#connection;
  }
}

/** The connection broke between asking for a commit and hearing of it. */
class LostCommit extends Error {
  readonly fault: Fault;

  constructor({ cause }: Fault) {
    super('the response to a commit was lost');
    this.fault = fault(
      'store_unreachable',
      'the connection to the PostgreSQL server was lost during a commit, so the change may or may not be written; run the command again, which repeats nothing',
      cause,
    );
  }
}
