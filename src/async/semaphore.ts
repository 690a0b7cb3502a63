/**
 * At most so many at once, and so many waiting: hashing passwords must not keep a server from everything else. Those
 * who wait take turns by where they come from, so that one source with many in the queue delays itself alone; when the
 * queue is full, the source with the most in it gives way.
 */

export interface Turn {
  /** Those of one source wait for one another. */
  readonly source: string;
  /** Within a source, those of one subject do. */
  readonly subject?: string;
  /** Goes before all that are not, and is not given up for them. */
  readonly isPreferred: boolean;
}

export interface Semaphore {
  /** Undefined when no slot is free for it, or when its slot was given to others. */
  run<T>(work: () => Promise<T>, turn?: Turn): Promise<T | undefined>;
}

interface Waiting {
  start(): void;
  giveUp(): void;
}

const ANY_CALLER: Turn = { source: '', isPreferred: false };

export function semaphore(bounds: { readonly atOnce: number; readonly waiting: number }): Semaphore {
  const preferred = new TurnQueue();
  const others = new TurnQueue();
  let active = 0;
  const isFull = (): boolean => preferred.size + others.size >= bounds.waiting;
  const makeRoom = (turn: Turn): boolean => {
    if (!turn.isPreferred) return others.giveWayFor(turn);
    return others.dropOne() || preferred.giveWayFor(turn);
  };
  const next = (): void => {
    if (active >= bounds.atOnce) return;
    const waiting = preferred.take() ?? others.take();
    if (waiting === undefined) return;
    active++;
    waiting.start();
  };
  return {
    run: (work, turn = ANY_CALLER) => {
      const isBusy = active >= bounds.atOnce;
      if (isBusy && isFull() && !makeRoom(turn)) return Promise.resolve(undefined);
      return new Promise((resolve, reject) => {
        const start = (): void => {
          work()
            .then(resolve, reject)
            .finally(() => {
              active--;
              next();
            });
        };
        const queue = turn.isPreferred ? preferred : others;
        queue.add(turn, { start, giveUp: () => resolve(undefined) });
        next();
      });
    },
  };
}

type BySubject = Map<string, Waiting[]>;

/** Takes from each source in turn, and of a source from each subject. Both stand in their map as long as something waits. */
class TurnQueue {
  readonly #bySource = new Map<string, BySubject>();
  size = 0;

  add({ source, subject = '' }: Turn, waiting: Waiting): void {
    const own = this.#bySource.get(source) ?? new Map<string, Waiting[]>();
    own.set(subject, [...(own.get(subject) ?? []), waiting]);
    this.#bySource.set(source, own);
    this.size++;
  }

  take(): Waiting | undefined {
    const [source, own] = [...this.#bySource][0] ?? [];
    const [subject, queue] = [...(own ?? [])][0] ?? [];
    if (source === undefined || own === undefined || subject === undefined) return undefined;
    const [waiting, ...rest] = queue ?? [];
    own.delete(subject);
    if (rest.length > 0) own.set(subject, rest);
    this.#bySource.delete(source);
    if (own.size > 0) this.#bySource.set(source, own);
    this.size--;
    return waiting;
  }

  /**
   * Sends one away whose source, or else whose subject in the same source, has at least two more than the newcomer:
   * one that waits alone is not sent away for another.
   */
  giveWayFor({ source, subject = '' }: Turn): boolean {
    const own = this.#bySource.get(source) ?? new Map<string, Waiting[]>();
    if (countOf(this.#longest()?.own) > countOf(own) + 1) return this.dropOne();
    const mine = own.get(subject)?.length ?? 0;
    return longestSubject(own).length > mine + 1 && this.#drop(source, own);
  }

  /** The newest of the source, and in it of the subject, with the most. */
  dropOne(): boolean {
    const longest = this.#longest();
    return longest !== undefined && this.#drop(longest.source, longest.own);
  }

  #longest(): { readonly source: string; readonly own: BySubject } | undefined {
    let longest: { readonly source: string; readonly own: BySubject } | undefined;
    for (const [source, own] of this.#bySource)
      if (countOf(own) > countOf(longest?.own)) longest = { source, own };
    return longest;
  }

  #drop(source: string, own: BySubject): boolean {
    const { subject } = longestSubject(own);
    const queue = own.get(subject) ?? [];
    queue.pop()?.giveUp();
    if (queue.length === 0) own.delete(subject);
    if (own.size === 0) this.#bySource.delete(source);
    this.size--;
    return true;
  }
}

const countOf = (own: BySubject | undefined): number =>
  [...(own?.values() ?? [])].reduce((sum, { length }) => sum + length, 0);

function longestSubject(own: BySubject): { readonly subject: string; readonly length: number } {
  let longest = { subject: '', length: 0 };
  for (const [subject, { length }] of own) if (length > longest.length) longest = { subject, length };
  return longest;
}
