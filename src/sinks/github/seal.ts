/** Seals a secret to a public key of GitHub: libsodium's sealed box. */
import type { Secret } from '../../domain/secret.js';

const KEY_BYTES = 32;

/** In base64; undefined for an invalid key. */
export async function sealed(value: Secret, publicKey: string): Promise<string | undefined> {
  const key = Buffer.from(publicKey, 'base64');
  if (key.length !== KEY_BYTES) return undefined;
  // Loaded on first use: it costs 50 ms, and most commands seal nothing.
  const { default: sodium } = await import('libsodium-wrappers');
  await sodium.ready;
  return Buffer.from(sodium.crypto_box_seal(value.reveal(), key)).toString('base64');
}
