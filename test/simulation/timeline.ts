/**
 * Virtual time. Everything that happens is an event at an instant; between two events nothing happens, so
 * hours pass in milliseconds, and the same seed gives the same order every time.
 */
import type { Instant } from '../../src/domain/time.js';
import { START } from '../support/store-world.js';

interface Event {
  readonly at: Instant;
  /** Events of one instant happen in the order in which they were asked for. */
  readonly nth: number;
  readonly run: () => void;
  isOff: boolean;
}

export class Timeline {
  #now: Instant = START;
  #asked = 0;
  readonly #heap: Event[] = [];

  get now(): Instant {
    return this.#now;
  }

  /** Gives what calls it off. */
  at(instant: Instant, run: () => void): () => void {
    const event: Event = { at: Math.max(instant, this.#now), nth: this.#asked++, run, isOff: false };
    const heap = this.#heap;
    let at = heap.push(event) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || isBefore(parent, event)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = event;
    return () => {
      event.isOff = true;
    };
  }

  after(ms: number, run: () => void): () => void {
    return this.at(this.#now + Math.max(0, Math.round(ms)), run);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Lets the next event happen, with all that follows from it at once. False without a next event. */
  async step(): Promise<boolean> {
    let event = this.#pop();
    while (event?.isOff) event = this.#pop();
    if (event === undefined) return false;
    this.#now = event.at;
    event.run();
    await settled();
    return true;
  }

  #pop(): Event | undefined {
    const heap = this.#heap;
    const [top] = heap;
    const last = heap.pop();
    if (top === undefined || last === undefined || top === last) return top;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const [a, b] = [heap[left], heap[left + 1]];
      const child = a && b && isBefore(b, a) ? left + 1 : left;
      const least = heap[child];
      if (least === undefined || isBefore(last, least)) break;
      heap[at] = least;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}

const isBefore = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.nth < b.nth);

/** Every promise that can continue has continued: no port of the simulation waits for anything outside. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
