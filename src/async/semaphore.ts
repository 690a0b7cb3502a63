/** At most so many at once, and so many waiting: hashing passwords must not keep a server from everything else. */
import pLimit from 'p-limit';

export interface Semaphore {
  /** Undefined, at once, when too many wait already. */
  run<T>(work: () => Promise<T>): Promise<T | undefined>;
}

export function semaphore(bounds: { readonly atOnce: number; readonly waiting: number }): Semaphore {
  const limit = pLimit(bounds.atOnce);
  return {
    run: async (work) => {
      const isFull = limit.activeCount + limit.pendingCount >= bounds.atOnce + bounds.waiting;
      return isFull ? undefined : limit(work);
    },
  };
}
