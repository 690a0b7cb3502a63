/** The processes of this machine, as far as a lease needs to know of them. */
import type { ProcessMark } from './lease.js';

export interface Processes {
  /** Undefined where the operating system does not say enough to tell a process from a later one of the same number. */
  own(): ProcessMark | undefined;
  /** Certainly: it ran on this machine since this boot, and does not run any more. False whenever that is not certain. */
  isDead(mark: ProcessMark): boolean;
}
