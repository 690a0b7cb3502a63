/**
 * Secrets and the format of keys. A `Secret` cannot be printed by accident: strings, JSON and inspection
 * give a placeholder, and `reveal` is called only where a secret leaves by design.
 *
 * Format (contract.md, "Keys and tokens"): `{sk|pk}_{live|test}_{id}_{secret}{checksum}`.
 */
import { hash } from 'node:crypto';
import { inspect } from 'node:util';
import { crc32 } from 'node:zlib';
import type { Entropy } from './entropy.js';

const PLACEHOLDER = '[secret]';

export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The plaintext. Calls are counted by the architecture test: a new one needs a reason. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return PLACEHOLDER;
  }

  toJSON(): string {
    return PLACEHOLDER;
  }

  [inspect.custom](): string {
    return PLACEHOLDER;
  }
}

export type KeyType = 'secret' | 'publishable';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ID_LENGTH = 12;
const SECRET_LENGTH = 43;
const CHECKSUM_LENGTH = 6;

/** What scanners look for; a whole token, nothing around it. */
export const TOKEN_PATTERN = /\b(?:sk_live|sk_test|pk_live|pk_test|pat)_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}\b/;
const WHOLE_TOKEN = new RegExp(`^${TOKEN_PATTERN.source}$`);

export interface MintedKey {
  /** Public and stable for a version: 12 base62 characters. */
  readonly id: string;
  readonly token: Secret;
}

/** Draws a new key from `entropy`: 256 bits of secret, a public id, a checksum. */
export function mintKey(type: KeyType, isProd: boolean, entropy: Entropy): MintedKey {
  const id = base62(ID_LENGTH, entropy);
  const body = `${type === 'secret' ? 'sk' : 'pk'}_${isProd ? 'live' : 'test'}_${id}_${base62(SECRET_LENGTH, entropy)}`;
  return { id, token: new Secret(body + checksum(body)) };
}

/** The public part shown in lists, up to and with the id: `sk_live_4f9Kq2LmZx01`. */
export const prefixOf = (type: KeyType, isProd: boolean, id: string): string =>
  `${type === 'secret' ? 'sk' : 'pk'}_${isProd ? 'live' : 'test'}_${id}`;

export interface ParsedToken {
  readonly type: KeyType | 'personal';
  readonly id: string;
}

/** The public facts of a well-formed token with a right checksum; undefined otherwise. Never throws. */
export function parseToken(text: string): ParsedToken | undefined {
  if (!WHOLE_TOKEN.test(text)) return undefined;
  const body = text.slice(0, -CHECKSUM_LENGTH);
  if (checksum(body) !== text.slice(-CHECKSUM_LENGTH)) return undefined;
  const id = text.slice(
    -(ID_LENGTH + 1 + SECRET_LENGTH + CHECKSUM_LENGTH),
    -(1 + SECRET_LENGTH + CHECKSUM_LENGTH),
  );
  return { type: text.startsWith('sk') ? 'secret' : text.startsWith('pk_') ? 'publishable' : 'personal', id };
}

/**
 * Keyed MAC under which a token is stored. A prefix key is sound here because a token has one length
 * and is checked before it is hashed, and it is four times faster than HMAC (bench/verify-inprocess).
 */
export const tokenMac = (pepper: string, token: string): string => hash('sha256', pepper + token, 'hex');

/** What a receipt shows of a secret: 16 hex digits of its SHA-256. A secret has 256 bits, so nothing can be guessed from it. */
export const fingerprintOf = (content: string): string => hash('sha256', content, 'hex').slice(0, 16);

/** CRC-32 of the body in six base62 digits: refuses typos before any look-up. */
function checksum(body: string): string {
  let rest = crc32(body);
  let digits = '';
  for (let i = 0; i < CHECKSUM_LENGTH; i++) {
    digits = (BASE62[rest % 62] ?? '') + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}

/** Uniform base62 digits: bytes from 248 up are thrown away, so that no digit is likelier than another. */
export function base62(length: number, entropy: Entropy): string {
  let digits = '';
  while (digits.length < length) {
    for (const byte of entropy.bytes(length)) {
      if (byte < 248 && digits.length < length) digits += BASE62[byte % 62] ?? '';
    }
  }
  return digits;
}
