/** What happened in a run, as lines: a digest over all of them to compare runs by, and the last to read. */

import { START } from '../support/store-world.js';
import { hash53 } from './faults.js';
import type { Timeline } from './timeline.js';

const LINES_MAX = 400;

export class Trace {
  readonly #timeline: Timeline;
  #digest = 0;
  #lines: string[] = [];

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  note(what: string): void {
    const line = `${((this.#timeline.now - START) / 1000).toFixed(3)} ${what}`;
    this.#digest = hash53(`${this.#digest} ${line}`);
    this.#lines.push(line);
    if (this.#lines.length > 2 * LINES_MAX) this.#lines = this.#lines.slice(-LINES_MAX);
  }

  /** Equal exactly when the same happened at the same times in the same order. */
  get digest(): number {
    return this.#digest;
  }

  tail(count: number): readonly string[] {
    return this.#lines.slice(-count);
  }
}
