/** Who holds a lease, and which process that is. */
import type { Instant } from '../domain/time.js';

/** A process, so that its own machine can tell whether it is still the one that runs. */
export interface ProcessMark {
  readonly machine: string;
  /** Of the run of the operating system, and of the space in which process numbers count. */
  readonly boot: string;
  readonly pid: number;
  /** When it started, as the operating system says: numbers are given again. */
  readonly started: string;
}

export interface LeaseHolder {
  readonly holder: string;
  readonly epoch: number;
  readonly since: Instant;
  readonly until: Instant;
  /** Absent: it did not say, or cannot. */
  readonly process?: ProcessMark;
}

export interface LeaseClaim {
  /** Who asks. */
  readonly process?: ProcessMark;
  /** The epoch of a lease whose holder is known to be dead: it is taken over before it ends. */
  readonly takeOver?: number;
}
