/**
 * Group commit. Whatever asks to write while a transaction is running is done one after another inside
 * the next one, each in its own savepoint, and all are answered after its commit: one fsync for many.
 *
 *     write a ──▶ begin · a · commit ──▶ answer a
 *     write b ──┐              ┌──▶ begin · b · c · commit ──▶ answer b, answer c
 *     write c ──┴── (waiting) ─┘
 */
import { type Fault, fault } from '../domain/errors.js';
import { fail, type Result } from '../domain/result.js';

/** An embedded engine is done when it returns, a server when it has answered. */
type Awaitable = void | Promise<void>;

/** How the queue drives an engine. */
export interface Transactor {
  /** `others`: it sees what was committed before it began, so who asks later waits for the next. */
  readonly sees: 'itself' | 'others';
  /** Waits for its turn among all processes; a fault if it does not come. */
  begin(): Promise<Fault | undefined>;
  /** Durable when it returns. Throws, with nothing written, if it cannot be. */
  commit(): Awaitable;
  rollback(): Awaitable;
  enter(): Awaitable;
  leave(): Awaitable;
  /** Undoes what was done since `enter`. */
  undo(): Awaitable;
  /** False when the engine has given up the whole transaction by itself, as it does when a disk is full. */
  isOpen(): boolean;
  /** The fault that an engine's error stands for; undefined for a bug in Keywright. */
  faultOf(error: unknown): Fault | undefined;
  /** Lets timers and sockets have their turn. */
  pause(): Promise<void>;
}

/** So that the first in a transaction does not wait too long for its answer. */
const BATCH_MAX = 128;

interface Job {
  /** Does the work; gives what answers the caller once that is durable. */
  readonly run: () => Promise<Settle>;
  readonly refuse: (fault: Fault) => void;
}

interface Settle {
  readonly keep: boolean;
  readonly answer: () => void;
}

export class WriteQueue {
  readonly #transactor: Transactor;
  #waiting: Job[] = [];
  #draining: Promise<void> | undefined;
  #closed = false;
  /** Of the transaction: what made the engine give it up. */
  #broken: Fault | undefined;

  constructor(transactor: Transactor) {
    this.#transactor = transactor;
  }

  write<T>(work: () => Promise<Result<T>>): Promise<Result<T>> {
    if (this.#closed) return Promise.resolve(fail(fault('store_unreachable', 'the store was closed')));
    return new Promise((resolve, reject) => {
      this.#waiting.push({
        run: () => this.#attempt(work, resolve, reject),
        refuse: (refusal) => resolve(fail(refusal)),
      });
      this.#draining ??= this.#drain();
    });
  }

  /** Takes nothing more and waits for what was taken. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#draining;
  }

  async #drain(): Promise<void> {
    // Callers of this turn come along in the first transaction.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      await this.#batch();
      await this.#transactor.pause();
    }
    this.#draining = undefined;
  }

  async #batch(): Promise<void> {
    const done: { readonly job: Job; readonly settle: Settle }[] = [];
    this.#broken = undefined;
    const refusal = await this.#transactor.begin();
    if (refusal) return this.#refuseAll(refusal);
    const atMost = this.#transactor.sees === 'others' ? this.#waiting.length : BATCH_MAX;
    while (done.length < Math.min(atMost, BATCH_MAX) && this.#transactor.isOpen()) {
      const job = this.#waiting.shift();
      if (job === undefined) break;
      done.push({ job, settle: await job.run() });
    }
    const failure = await this.#commit();
    for (const { job, settle } of done) {
      if (failure && settle.keep) job.refuse(failure);
      else settle.answer();
    }
  }

  #refuseAll(refusal: Fault): void {
    for (const job of this.#waiting.splice(0)) job.refuse(refusal);
  }

  async #commit(): Promise<Fault | undefined> {
    if (!this.#transactor.isOpen())
      return this.#broken ?? fault('store_unreachable', 'the store could not write; nothing was changed');
    try {
      await this.#transactor.commit();
      return undefined;
    } catch (error) {
      if (this.#transactor.isOpen()) await this.#transactor.rollback();
      return this.#transactor.faultOf(error) ?? fault('internal', 'the store could not commit', error);
    }
  }

  async #attempt<T>(
    work: () => Promise<Result<T>>,
    resolve: (result: Result<T>) => void,
    reject: (error: unknown) => void,
  ): Promise<Settle> {
    try {
      await this.#transactor.enter();
      const result = await work();
      if (result.ok) await this.#transactor.leave();
      else await this.#transactor.undo();
      return { keep: result.ok, answer: () => resolve(result) };
    } catch (error) {
      if (this.#transactor.isOpen()) await this.#transactor.undo();
      const known = this.#transactor.faultOf(error);
      if (!this.#transactor.isOpen()) this.#broken = known;
      return { keep: false, answer: () => (known ? resolve(fail(known)) : reject(error)) };
    }
  }
}
