/** The real world: this machine's clock, its generator of chance, and libsodium's sealed boxes. */
import { randomBytes } from 'node:crypto';
import type sodiumLibrary from 'libsodium-wrappers';
import type { Entropy } from '../domain/entropy.js';
import { Secret } from '../domain/secret.js';
import type { Clock } from '../ports/clock.js';
import type { Sealing } from '../ports/sealing.js';

/** `setTimeout` of more fires at once. */
const SLEEP_MAX_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const abort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(
        () => {
          signal?.removeEventListener('abort', abort);
          resolve();
        },
        Math.min(Math.max(ms, 0), SLEEP_MAX_MS),
      );
      signal?.addEventListener('abort', abort, { once: true });
    }),
};

/** Drawn from the operating system a page at a time: asking for each key costs more than the key. */
const POOL_BYTES = 4_096;
let pool = randomBytes(0);

export const systemEntropy: Entropy = {
  bytes: (length) => {
    if (length > pool.length) pool = randomBytes(Math.max(length, POOL_BYTES));
    // Copied and wiped, so that what was drawn is nowhere twice.
    const drawn = Uint8Array.from(pool.subarray(0, length));
    pool.fill(0, 0, length);
    pool = pool.subarray(length);
    return drawn;
  },
};

/** libsodium's sealed box: X25519, XSalsa20 and Poly1305 under an ephemeral key. */
export const sodiumSealing: Sealing = {
  newIdentity: async () => {
    const sodium = await library();
    const { publicKey, privateKey } = sodium.crypto_box_keypair();
    return { recipient: base64(publicKey), privateKey: new Secret(base64(privateKey)) };
  },
  seal: async (secret, recipient) => {
    const sodium = await library();
    return base64(sodium.crypto_box_seal(secret.reveal(), Buffer.from(recipient, 'base64')));
  },
  open: async (sealed, { recipient, privateKey }) => {
    const sodium = await library();
    try {
      const opened = sodium.crypto_box_seal_open(
        Buffer.from(sealed, 'base64'),
        Buffer.from(recipient, 'base64'),
        Buffer.from(privateKey.reveal(), 'base64'),
      );
      return new Secret(Buffer.from(opened).toString('utf8'));
    } catch {
      // The library throws for a box that is not for this key, and has no other way to say so.
      return undefined;
    }
  },
};

let loading: Promise<typeof sodiumLibrary> | undefined;

/** Loaded on first use: it costs 50 ms, and most commands seal nothing. */
function library(): Promise<typeof sodiumLibrary> {
  loading ??= import('libsodium-wrappers').then(async ({ default: sodium }) => {
    await sodium.ready;
    return sodium;
  });
  return loading;
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
