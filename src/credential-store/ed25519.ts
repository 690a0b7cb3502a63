/** Key pairs of Ed25519 from their seeds, and how their public halves are written down (RFC 8037). */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

export const SEED_BYTES = 32;

/** PKCS #8 of an Ed25519 private key is this and the seed (RFC 8410). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

export const privateKeyOf = (seed: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' });

/** Base64url. */
export const publicHalf = (privateKey: KeyObject): string =>
  createPublicKey(privateKey).export({ format: 'jwk' }).x ?? '';

export const jwkOf = (x: string) => ({ kty: 'OKP', crv: 'Ed25519', x }) as const;

export const publicKeyObject = (x: string): KeyObject =>
  createPublicKey({ key: { ...jwkOf(x) }, format: 'jwk' });
