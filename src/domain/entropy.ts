/** Chance as an input: production hands in the operating system's generator, a simulation a seeded one. */
export interface Entropy {
  /** `length` unpredictable bytes. */
  bytes(length: number): Uint8Array;
}
