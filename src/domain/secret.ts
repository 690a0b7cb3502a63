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

/**
 * Holds a secret so that it cannot be printed by accident: strings, JSON and inspection show `[secret]`.
 *
 * @example
 * ```ts
 * const secret = new Secret('hunter2');
 * `${secret}`; // '[secret]'
 * secret.reveal(); // 'hunter2'
 * ```
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /**
   * Returns the plaintext. The architecture test lists the files that may call it: a new one needs a reason.
   */
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

/** Tells a key for servers (`sk_…`) from one that may be public (`pk_…`). */
export type KeyType = 'secret' | 'publishable';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ID_LENGTH = 12;
const SECRET_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
const TAIL_LENGTH = 1 + SECRET_LENGTH + CHECKSUM_LENGTH;
const PREFIXES = ['sk_live_', 'sk_test_', 'pk_live_', 'pk_test_', 'pat_'];
const UNDERSCORE = '_'.charCodeAt(0);

/** What a base62 digit is worth, by its character code; NaN for other characters. */
const VALUE_OF_CODE = new Float64Array(0x80).fill(Number.NaN);
for (let value = 0; value < BASE62.length; value++) VALUE_OF_CODE[BASE62.charCodeAt(value)] = value;

/** CRC-32 of every byte, reflected, as zlib's. */
const CRC_TABLE = Int32Array.from({ length: 0x100 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  return crc;
});

/** Matches a whole token, for secret scanners. */
export const TOKEN_PATTERN = /\b(?:sk_live|sk_test|pk_live|pk_test|pat)_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}\b/;

/** Looser than a whole token: also one with something around it, or with its end cut off; those of links too. */
const TOKEN_IN_TEXT = /((?:sk_live|sk_test|pk_live|pk_test|pat|link)_[0-9A-Za-z]{12}_)[0-9A-Za-z]+/g;

/** As long as a secret is, whatever stands around it. */
const SECRET_IN_TEXT = /(?:sk_live|sk_test|pk_live|pk_test|pat|link)_[0-9A-Za-z]{12}_[0-9A-Za-z]{43,}/;

/** Where a Keywright token, with its secret, begins in a text; undefined when the text holds no token. */
export function tokenIn(text: string): { readonly at: number; readonly length: number } | undefined {
  const found = SECRET_IN_TEXT.exec(text);
  return found === null ? undefined : { at: found.index, length: found[0].length };
}

/** What was written, for a message about it: of a key or personal token that is in it, the public prefix alone. */
export const withoutTokens = (text: string, cover: (secret: string) => string = () => '…'): string =>
  text.replaceAll(TOKEN_IN_TEXT, (whole, prefix: string) => prefix + cover(whole.slice(prefix.length)));

/** The same value with every text in it, keys included, as `withoutTokens` has it; itself when there is no token in it. */
export function withoutTokensIn<T>(value: T): T {
  if (typeof value === 'string') return withoutTokens(value) as T;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const members = value.map((member: unknown) => withoutTokensIn(member));
    return members.every((member, nth) => member === value[nth]) ? value : (members as T);
  }
  const entries = Object.entries(value).map(([key, member]) => [withoutTokens(key), withoutTokensIn(member)]);
  const isSame = Object.entries(value).every(
    ([key, member], nth) => entries[nth]?.[0] === key && entries[nth]?.[1] === member,
  );
  return isSame ? value : (Object.fromEntries(entries) as T);
}

const LINK_PATTERN = /^link_(?<id>[0-9A-Za-z]{12})_[0-9A-Za-z]{49}$/;

export interface MintedKey {
  /** Public and stable for a version: 12 base62 characters. */
  readonly id: string;
  readonly token: Secret;
}

/** Draws a new key from `entropy`: 256 bits of secret, a public id, a checksum. */
export function mintKey(type: KeyType, isProd: boolean, entropy: Entropy): MintedKey {
  return mintToken(`${type === 'secret' ? 'sk' : 'pk'}_${isProd ? 'live' : 'test'}`, entropy);
}

/** Draws a personal access token: `pat_{id}_{secret}{checksum}`. */
export const mintPersonalToken = (entropy: Entropy): MintedKey => mintToken('pat', entropy);

export const personalPrefix = (id: string): string => `pat_${id}`;

/** Draws the token of an invitation or a guest's link, of the same form: it stands in an address, once. */
export const mintLinkToken = (entropy: Entropy): MintedKey => mintToken('link', entropy);

function mintToken(prefix: string, entropy: Entropy): MintedKey {
  const id = base62(ID_LENGTH, entropy);
  const body = `${prefix}_${id}_${base62(SECRET_LENGTH, entropy)}`;
  return { id, token: new Secret(body + checksum(body)) };
}

/** The id in the token of a link; undefined for any other text. Never throws. */
export function linkIdOf(text: string): string | undefined {
  const id = LINK_PATTERN.exec(text)?.groups?.['id'];
  return id !== undefined && checksum(text.slice(0, -CHECKSUM_LENGTH)) === text.slice(-CHECKSUM_LENGTH)
    ? id
    : undefined;
}

/** The public part shown in lists, up to and with the id: `sk_live_4f9Kq2LmZx01`. */
export const prefixOf = (type: KeyType, isProd: boolean, id: string): string =>
  `${type === 'secret' ? 'sk' : 'pk'}_${isProd ? 'live' : 'test'}_${id}`;

/** Holds what the text of a token shows: its type and its public id. */
export interface ParsedToken {
  readonly type: KeyType | 'personal';
  readonly id: string;
}

/**
 * Returns the public facts of a well-formed token with a correct checksum, or undefined. Never throws, and looks nothing up.
 *
 * @example
 * ```ts
 * const parsed = parseToken('sk_test_000000000000_…');
 * if (parsed === undefined) console.log('not a token of Keywright');
 * else console.log(parsed.type, parsed.id);
 * ```
 */
export function parseToken(text: string): ParsedToken | undefined {
  if (!isToken(text)) return undefined;
  const type = text.startsWith('sk') ? 'secret' : text.startsWith('pk') ? 'publishable' : 'personal';
  return { type, id: publicIdOf(text) };
}

/** A key's, and not a personal one. */
export const isKeyToken = (text: string): boolean =>
  ['secret', 'publishable'].includes(parseToken(text)?.type ?? '');

/** The id in a text that is a token. */
export const publicIdOf = (token: string): string => token.slice(-(ID_LENGTH + TAIL_LENGTH), -TAIL_LENGTH);

/**
 * Is it well-formed with a right checksum? The same as the pattern and `checksum`, without making text:
 * it comes before every look-up and every value read from a sink. Never throws.
 */
export function isToken(text: string): boolean {
  const idAt = text.length - ID_LENGTH - TAIL_LENGTH;
  if (!PREFIXES.some((prefix) => prefix.length === idAt && text.startsWith(prefix))) return false;
  const separatorAt = idAt + ID_LENGTH;
  const checksumAt = text.length - CHECKSUM_LENGTH;
  let crc = -1;
  for (let at = 0; at < checksumAt; at++) {
    const code = text.charCodeAt(at);
    const isExpected = at < idAt || (at === separatorAt ? code === UNDERSCORE : isDigit(code));
    if (!isExpected) return false;
    crc = (CRC_TABLE[(crc ^ code) & 0xff] ?? 0) ^ (crc >>> 8);
  }
  return numberAt(text, checksumAt) === (crc ^ -1) >>> 0;
}

const isDigit = (code: number): boolean => (VALUE_OF_CODE[code] ?? Number.NaN) >= 0;

/** The base62 number from there to the end; NaN if a character is no digit. */
function numberAt(text: string, from: number): number {
  let number = 0;
  for (let at = from; at < text.length; at++)
    number = number * 62 + (VALUE_OF_CODE[text.charCodeAt(at)] ?? Number.NaN);
  return number;
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
