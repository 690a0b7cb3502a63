/**
 * The memo of a connection that writes. What one transaction knew of rows the next one still knows, unless it was not
 * committed or another connection, of this process or any other, has written since: SQLite counts that.
 */
import type { SqliteConnection } from './driver.js';

/** A row of each of a few thousand keys that are being made: a few megabytes. */
const ENTRIES_MAX = 8_192;

export class RowMemo {
  readonly rows = new Map<string, unknown>();
  readonly #connection: SqliteConnection;
  #begunAt: number | undefined;
  #committedAt: number | undefined;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  /** A transaction has begun, and no other transaction writes until it ends. */
  begun(): void {
    this.#begunAt = this.#writesOfOthers();
    if (this.#committedAt !== this.#begunAt || this.rows.size > ENTRIES_MAX) this.rows.clear();
    this.#committedAt = undefined;
  }

  committed(): void {
    this.#committedAt = this.#begunAt;
  }

  /** Another number whenever another connection has committed. */
  #writesOfOthers(): number | undefined {
    const [row] = this.#connection.all('pragma data_version');
    return (row as { readonly data_version: number } | undefined)?.data_version;
  }
}
