/**
 * At most so many at once, and so many waiting: hashing passwords must not keep a server from everything else. Those
 * who wait take turns by where they come from, so that one source with many in the queue delays itself alone; when the
 * queue is full, the source with the most in it gives way.
 */

export interface Turn {
  /** Those of one source wait for one another. */
  readonly source: string;
  /** Goes before all that are not, and is not given up for them. */
  readonly isPreferred: boolean;
}

export interface Semaphore {
  /** Undefined when there is no room for it, or when room was made for others. */
  run<T>(work: () => Promise<T>, turn?: Turn): Promise<T | undefined>;
}

interface Waiting {
  start(): void;
  giveUp(): void;
}

const ANYBODY: Turn = { source: '', isPreferred: false };

export function semaphore(bounds: { readonly atOnce: number; readonly waiting: number }): Semaphore {
  const preferred = new TurnQueue();
  const others = new TurnQueue();
  let active = 0;
  const isFull = (): boolean => preferred.size + others.size >= bounds.waiting;
  /** Whoever gives way did not wait alone: one that waits is not sent away for another. */
  const makeRoom = ({ source, isPreferred }: Turn): boolean => {
    if (isPreferred && others.dropLongest(0)) return true;
    const own = isPreferred ? preferred : others;
    return own.dropLongest(own.lengthOf(source) + 1);
  };
  const next = (): void => {
    if (active >= bounds.atOnce) return;
    const waiting = preferred.take() ?? others.take();
    if (waiting === undefined) return;
    active++;
    waiting.start();
  };
  return {
    run: (work, turn = ANYBODY) => {
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
        queue.add(turn.source, { start, giveUp: () => resolve(undefined) });
        next();
      });
    },
  };
}

/** Takes from each source in turn. A source stands in the map as long as it waits, in the order of turns. */
class TurnQueue {
  readonly #bySource = new Map<string, Waiting[]>();
  size = 0;

  lengthOf(source: string): number {
    return this.#bySource.get(source)?.length ?? 0;
  }

  add(source: string, waiting: Waiting): void {
    const queue = this.#bySource.get(source) ?? [];
    queue.push(waiting);
    this.#bySource.set(source, queue);
    this.size++;
  }

  take(): Waiting | undefined {
    const [first] = this.#bySource;
    if (first === undefined) return undefined;
    const [source, queue] = first;
    const waiting = queue.shift();
    this.#bySource.delete(source);
    if (queue.length > 0) this.#bySource.set(source, queue);
    this.size--;
    return waiting;
  }

  /** The newest of the source with the most, if it has more than `length`. */
  dropLongest(length: number): boolean {
    let longest: readonly [string, Waiting[]] | undefined;
    for (const entry of this.#bySource)
      if (entry[1].length > (longest?.[1].length ?? length)) longest = entry;
    if (longest === undefined) return false;
    const [source, queue] = longest;
    queue.pop()?.giveUp();
    if (queue.length === 0) this.#bySource.delete(source);
    this.size--;
    return true;
  }
}
