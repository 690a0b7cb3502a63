/**
 * The first 128 bits of a token's MAC as four 32-bit words: what the index is searched by. Parsed
 * manually because `parseInt` on slices costs more than the hash.
 */

/** Four words. */
export type MacWords = Uint32Array;

export const MAC_WORDS = 4;
const DIGITS_PER_WORD = 8;

const VALUE_OF_CODE = new Uint8Array(128);
for (let value = 0; value < 16; value++) VALUE_OF_CODE[value.toString(16).charCodeAt(0)] = value;

/** Reads the first 32 of the lower-case hex digits of `mac` into `words`, most significant first. */
export function readMacWords(mac: string, words: MacWords): void {
  for (let word = 0; word < MAC_WORDS; word++) {
    let bits = 0;
    const end = (word + 1) * DIGITS_PER_WORD;
    for (let at = word * DIGITS_PER_WORD; at < end; at++) {
      bits = (bits << 4) | (VALUE_OF_CODE[mac.charCodeAt(at)] ?? 0);
    }
    words[word] = bits;
  }
}
