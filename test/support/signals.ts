/** Counts the calls of a watched store, and waits for what they should lead to. */
import type { LiveStore } from '../../src/ports/live-store.js';

export interface Rings {
  readonly count: () => number;
  readonly stop: () => void;
}

export function ringsOf(store: Pick<LiveStore, 'watch'>): Rings {
  let count = 0;
  const stop = store.watch(() => {
    count += 1;
  });
  return { count: () => count, stop };
}

/** Polls until it is so, for five seconds at most. */
export async function eventually(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`not within 5 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
