/**
 * The way between a process and a port: request → effect → response. Each leg can be lost, late or doubled,
 * and the caller can crash or be stopped at any of them. A caller that hears nothing gives up after a
 * second; what it asked for may happen much later all the same.
 */
import type { DurationMs } from '../../src/domain/time.js';
import type { Faults, Occasion, Span } from './faults.js';
import type { Life, Process } from './process.js';
import type { Timeline } from './timeline.js';
import type { Trace } from './trace.js';

/** How long a caller waits for its answer: "the longest request" that stabilization windows include. */
export const REQUEST_MAX_MS: DurationMs = 1_000;

const LEG_MS: readonly [DurationMs, DurationMs] = [1, 40];
/** Often beyond a lease, and sometimes beyond a stabilization window. */
const LATE_MS: readonly [DurationMs, DurationMs] = [500, 600_000];

export interface Call<T> {
  readonly operation: string;
  readonly effect: () => Promise<T>;
  /** What the caller believes when it hears nothing. */
  readonly unheard: T;
  /** What it hears when the other side cannot serve it now; absent where that cannot be. */
  readonly refused?: T;
  /** How late the request can be, and its double; absent: very. `never`: it is neither late nor doubled. */
  readonly lateMs?: Span | 'never';
}

/** Who waits, and how to tell him. */
interface Caller<T> {
  readonly life: Life;
  readonly answer: (what: T) => void;
}

export interface Surroundings {
  readonly timeline: Timeline;
  readonly faults: Faults;
  readonly trace: Trace;
  /** Grows when an older store takes the place of this one; what was on its way then does not arrive. */
  readonly era: () => number;
}

export class Wire {
  readonly #around: Surroundings;
  readonly #process: Process;
  readonly #isCut: () => boolean;

  /** `isCut`: no process is reached at all, as while the store is down. */
  constructor(around: Surroundings, process: Process, isCut: () => boolean = () => false) {
    this.#around = around;
    this.#process = process;
    this.#isCut = isCut;
  }

  /** The answer, in the life that asked; never for one that is over. */
  carry<T>(call: Call<T>): Promise<T> {
    const process = this.#process;
    const { faults, timeline } = this.#around;
    const life = process.life;
    const { operation } = call;
    const at = { process: process.name, operation, nth: process.count(operation) };
    return new Promise((resolve) => {
      if (faults.happens(at, 'crash-before')) return this.#crash(at, life);
      if (faults.happens(at, 'freeze-before')) process.freeze(faults.amount(at, 'freeze', faults.stopMs));
      if (faults.happens(at, 'stop-before')) process.stop(faults.amount(at, 'stop', faults.stopMs));
      process.wake(life, () => {
        const answer = (what: T): void =>
          process.wake(life, () => {
            giveUp();
            resolve(what);
          });
        const giveUp = timeline.after(REQUEST_MAX_MS, () => answer(call.unheard));
        this.#send(at, call, { life, answer });
        if (faults.happens(at, 'crash-sending')) this.#crash(at, life);
        if (faults.happens(at, 'stop-waiting')) process.stop(faults.amount(at, 'stop', faults.stopMs));
      });
    });
  }

  #send<T>(at: Occasion, call: Call<T>, caller: Caller<T>): void {
    const { faults, timeline, trace, era } = this.#around;
    if (faults.happens(at, 'request-lost') || this.#isCut()) return;
    const { lateMs = LATE_MS } = call;
    const isLate = lateMs !== 'never' && faults.happens(at, 'request-late');
    const delay = faults.amount(at, 'request', LEG_MS) + (isLate ? faults.amount(at, 'late', lateMs) : 0);
    const sentIn = era();
    timeline.after(delay, () => {
      if (era() === sentIn) this.#take(at, call, caller);
    });
    if (lateMs === 'never' || !faults.happens(at, 'doubled')) return;
    timeline.after(delay + faults.amount(at, 'again', lateMs), () => {
      if (era() !== sentIn) return;
      trace.note(`${at.process} ${at.operation} ${at.nth} again`);
      void call.effect();
    });
  }

  #take<T>(at: Occasion, call: Call<T>, { life, answer }: Caller<T>): void {
    const { faults, timeline, trace } = this.#around;
    const isRefused = call.refused !== undefined && faults.happens(at, 'refused');
    const done = isRefused && call.refused !== undefined ? Promise.resolve(call.refused) : call.effect();
    void done.then((what) => {
      trace.note(`${at.process} ${at.operation} ${at.nth} ${outcomeOf(what)}`);
      if (faults.happens(at, 'crash-receiving')) return this.#crash(at, life);
      if (faults.happens(at, 'response-lost')) return;
      const isLate = faults.happens(at, 'response-late');
      const delay = faults.amount(at, 'response', LEG_MS) + (isLate ? faults.amount(at, 'slow', LATE_MS) : 0);
      timeline.after(delay, () => answer(what));
    });
  }

  #crash(at: Occasion, life: Life): void {
    if (life.isOver) return;
    this.#around.trace.note(`${at.process} crashes at ${at.operation} ${at.nth}`);
    this.#process.crash();
  }
}

function outcomeOf(what: unknown): string {
  if (typeof what !== 'object' || what === null || !('ok' in what)) return 'answered';
  if (what.ok) return 'ok';
  const { error } = what as { readonly error?: { readonly code?: string } };
  return error?.code ?? 'failed';
}
