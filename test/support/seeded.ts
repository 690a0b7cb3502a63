/** Chance with a seed, for tests that choose moments and victims: the same seed tells the same story. */
export interface Seeded {
  /** From 0 up to and without 1. */
  fraction(): number;
  /** A whole number from 0 up to and without `bound`. */
  below(bound: number): number;
  /** Is it so, `share` of the time? */
  happens(share: number): boolean;
  pick<T>(from: readonly T[]): T;
}

/** Mulberry32. */
export function seeded(seed: number): Seeded {
  let state = seed >>> 0;
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (bound: number): number => Math.floor(fraction() * bound);
  return {
    fraction,
    below,
    happens: (share) => fraction() < share,
    pick: (from) => {
      const one = from[below(from.length)];
      if (one === undefined) throw new Error('nothing to pick from');
      return one;
    },
  };
}
