/**
 * Notifies those who follow changes in this process when something was written. A notification says only that it
 * is worth a look: it may be one too many, and is repeated when one may have gone unheard.
 */
import type { Transaction } from '../credential-store/storage-port.js';

export class ChangeSignal {
  readonly #listeners = new Set<() => void>();
  readonly #rope: Subscription;
  #stop: (() => void) | undefined;
  #isClosed = false;

  /** `rope` hears what other processes write; it is started with the first listener and stopped with the last. */
  constructor(rope: Subscription) {
    this.#rope = rope;
  }

  /** Gives what ends it. */
  watch(listener: () => void): () => void {
    if (this.#isClosed) return () => undefined;
    // Wrapped, so that a listener that is handed in twice is two.
    const own = (): void => listener();
    this.#listeners.add(own);
    this.#stop ??= this.#rope(() => this.notify());
    return () => {
      this.#listeners.delete(own);
      if (this.#listeners.size === 0) this.#letGo();
    };
  }

  notify(): void {
    for (const listener of this.#listeners) listener();
  }

  close(): void {
    this.#isClosed = true;
    this.#listeners.clear();
    this.#letGo();
  }

  #letGo(): void {
    this.#stop?.();
    this.#stop = undefined;
  }
}

/** Begins to listen for others and gives what ends that. */
export type Subscription = (notify: () => void) => () => void;

/** For a database that no other process can open. */
export const NO_OTHER_WRITER: Subscription = () => () => undefined;

/** The same transaction, which notifies of each audit entry as it is appended: every effect has one, use has none. */
export const notifyingEntries = (tx: Transaction, tell: (seq: number) => void): Transaction => ({
  ...tx,
  audit: {
    ...tx.audit,
    append: async (row) => {
      await tx.audit.append(row);
      tell(row.seq);
    },
  },
});
