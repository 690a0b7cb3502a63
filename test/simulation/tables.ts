/**
 * Tables in memory with transactions: what a transaction wrote can be undone, and is reported, row by row, to
 * the watchers. Rows are never changed, only replaced, so a copy of the maps is a backup.
 */

/** One row as it was before a transaction and as it is after; undefined where it was not there. */
export interface RowChange<Row = unknown> {
  readonly table: string;
  readonly before: Row | undefined;
  readonly after: Row | undefined;
}

/** What the tables of one database share: the journal of the transaction that is under way. */
export class Journal {
  #undo: (() => void)[] = [];
  #changes = new Map<string, RowChange>();

  note(id: string, change: RowChange, undo: () => void): void {
    this.#undo.push(undo);
    const first = this.#changes.get(id);
    this.#changes.set(id, first ? { ...change, before: first.before } : change);
  }

  /** What the transaction changed in the end; begins a new one. */
  commit(): readonly RowChange[] {
    const changes = [...this.#changes.values()].filter(({ before, after }) => before !== after);
    this.#reset();
    return changes;
  }

  rollback(): void {
    for (const undo of this.#undo.toReversed()) undo();
    this.#reset();
  }

  #reset(): void {
    this.#undo = [];
    this.#changes = new Map();
  }
}

export class Table<Row> {
  readonly name: string;
  readonly #journal: Journal;
  #rows = new Map<string, Row>();

  constructor(name: string, journal: Journal) {
    this.name = name;
    this.#journal = journal;
  }

  get(key: string): Row | undefined {
    return this.#rows.get(key);
  }

  get size(): number {
    return this.#rows.size;
  }

  all(): readonly Row[] {
    return [...this.#rows.values()];
  }

  where(isMeant: (row: Row) => boolean): readonly Row[] {
    const found: Row[] = [];
    for (const row of this.#rows.values()) if (isMeant(row)) found.push(row);
    return found;
  }

  /** Undefined takes the row away. */
  put(key: string, row: Row | undefined): void {
    const before = this.#rows.get(key);
    this.#set(key, row);
    const change = { table: this.name, before, after: row };
    this.#journal.note(`${this.name} ${key}`, change, () => this.#set(key, before));
  }

  /** Gives what puts it back as it is now. */
  backup(): () => void {
    const kept = new Map(this.#rows);
    return () => {
      this.#rows = new Map(kept);
    };
  }

  #set(key: string, row: Row | undefined): void {
    if (row === undefined) this.#rows.delete(key);
    else this.#rows.set(key, row);
  }
}
