/** At most so many at once, and so many waiting: hashing passwords must not keep a server from everything else. */

export interface Semaphore {
  /** Undefined, at once, when too many wait already. */
  run<T>(work: () => Promise<T>): Promise<T | undefined>;
}

export function semaphore({
  atOnce,
  waiting,
}: {
  readonly atOnce: number;
  readonly waiting: number;
}): Semaphore {
  const queue: (() => void)[] = [];
  let running = 0;
  return {
    run: async (work) => {
      if (running >= atOnce) {
        if (queue.length >= waiting) return undefined;
        // Whoever leaves hands over their place, so `running` stays.
        await new Promise<void>((resolve) => queue.push(resolve));
      } else running++;
      try {
        return await work();
      } finally {
        const next = queue.shift();
        if (next) next();
        else running--;
      }
    },
  };
}
