/** A world for tests of the live store: a clock that is set manually, chance with a seed, boxes that cost nothing. */
import { createHash } from 'node:crypto';
import type { Entropy } from '../../src/domain/entropy.js';
import { Secret } from '../../src/domain/secret.js';
import type { Clock } from '../../src/ports/clock.js';
import type { Sealing } from '../../src/ports/sealing.js';

export const START = Date.parse('2027-01-01T00:00:00Z');

export interface HandClock extends Clock {
  set(instant: number): void;
  advance(ms: number): void;
}

export function handClock(start = START): HandClock {
  let now = start;
  return {
    now: () => now,
    monotonicMs: () => now,
    // Long pauses are cut short; short ones are what they say, as refusals are held to.
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, 12))),
    set: (instant) => {
      now = instant;
    },
    advance: (ms) => {
      now += ms;
    },
  };
}

/** Bytes that depend on the seed and on how many were drawn before. */
export function seededEntropy(seed: string): Entropy {
  let drawn = 0;
  return {
    bytes: (length) => {
      drawn++;
      const bytes = createHash('shake256', { outputLength: length }).update(`${seed}:${drawn}`).digest();
      return bytes;
    },
  };
}

/** Opens for its recipient only, like the real one; hides nothing. */
export const plainSealing = (entropy: Entropy): Sealing => ({
  newIdentity: async () => {
    const name = Buffer.from(entropy.bytes(12)).toString('hex');
    return { recipient: `to-${name}`, privateKey: new Secret(`of-${name}`) };
  },
  seal: async (secret, recipient) => `${recipient}|${secret.reveal()}`,
  open: async (sealed, { recipient, privateKey }) => {
    const [to = '', text = ''] = sealed.split('|');
    const fits = to === recipient && recipient.slice(3) === privateKey.reveal().slice(3);
    return fits ? new Secret(text) : undefined;
  },
});

export function testWorld(seed = 'test') {
  const entropy = seededEntropy(seed);
  return { clock: handClock(), entropy, sealing: plainSealing(entropy) };
}
