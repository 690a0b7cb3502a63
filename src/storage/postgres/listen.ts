/**
 * Hears what other processes write to a database: PostgreSQL's LISTEN on a connection of its own. A call can
 * get lost with its connection, or in a pooler that lends connections out by the transaction; so the newest
 * entry is also looked at every second, which is what shows that the connection is still there. A lost one is
 * replaced, later and later while the server stays away, and every new one notifies once for what went unheard.
 */
import { CompiledQuery } from 'kysely';
import type { Subscription } from '../change-signal.js';
import { CHANGES, type PostgresConnection, SCHEMA } from './driver.js';
import { PostgresError } from './errors.js';
import type { PostgresPool } from './pool.js';

const LOOK_EVERY_MS = 1_000;
const RETRY_FROM_MS = 100;
const RETRY_TO_MS = 5_000;

export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>;

export const listeningTo =
  (pool: PostgresPool, sleep: Sleep): Subscription =>
  (ring) => {
    const stopping = new AbortController();
    void new Ear({ pool, sleep, ring, signal: stopping.signal }).listen();
    return () => stopping.abort();
  };

interface Parts {
  readonly pool: PostgresPool;
  readonly sleep: Sleep;
  readonly ring: () => void;
  readonly signal: AbortSignal;
}

class Ear {
  readonly #parts: Parts;
  /** The newest entry that was notified. */
  #heard = -1;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async listen(): Promise<void> {
    let retryMs = RETRY_FROM_MS;
    while (!this.#parts.signal.aborted) {
      const startedAt = this.#heard;
      await this.#listenWhileItLasts().catch(passOver);
      retryMs = this.#heard === startedAt ? Math.min(2 * retryMs, RETRY_TO_MS) : RETRY_FROM_MS;
      await this.#nap(retryMs, this.#parts.signal);
    }
  }

  /** Ends with the connection. */
  async #listenWhileItLasts(): Promise<void> {
    const { pool, signal } = this.#parts;
    const lost = new AbortController();
    const give = (): void => lost.abort();
    const { connection, prove } = await pool.listen({
      onMessage: (text) => this.#hear(Number(text)),
      onEnd: give,
    });
    signal.addEventListener('abort', give, { once: true });
    try {
      while (!lost.signal.aborted && !signal.aborted) {
        this.#hear(await newest(connection));
        await this.#nap(LOOK_EVERY_MS, lost.signal);
        await prove();
      }
    } finally {
      signal.removeEventListener('abort', give);
      connection.abandon();
    }
  }

  /** Going back is news too: the database was restored from a backup. */
  #hear(seq: number): void {
    if (seq === this.#heard) return;
    this.#heard = seq;
    if (!this.#parts.signal.aborted) this.#parts.ring();
  }

  async #nap(ms: number, signal: AbortSignal): Promise<void> {
    await this.#parts.sleep(ms, signal).catch(() => undefined);
  }
}

/** A server that is away is tried again; its readers learn why. */
function passOver(error: unknown): void {
  if (!(error instanceof PostgresError)) throw error;
}

async function newest(connection: PostgresConnection): Promise<number> {
  const { rows } = await connection.executeQuery<{ readonly seq: number }>(NEWEST);
  return rows[0]?.seq ?? 0;
}

const NEWEST = CompiledQuery.raw(`select coalesce(max(seq), 0) as seq from ${SCHEMA}.audit`);

/** Goes with the transaction: it is sent when that commits, and is dropped if it does not. */
export const notice = (seq: number): string => `notify ${CHANGES}, '${seq}'`;
