/**
 * One shard of the index: a hash table with open addressing whose slots hold row numbers, beside dense
 * rows in two typed arrays. Nothing here is an object per key, so the garbage collector has nothing to
 * walk. A row costs 52 bytes, with at most a sixteenth to spare, and its slot 5.3 to 8: below 64 together.
 */
import { MAC_WORDS, type MacWords } from './mac-words.js';

/** What is kept of one version of a key. An absent date is NaN. */
export interface Row {
  suspendedUntil: number;
  revokedAt: number;
  expiresAt: number;
  generation: number;
  /** Address in the name store. */
  names: number;
  /** Number of the shared facts. */
  factsId: number;
}

const DATES = 3;
const WORDS = MAC_WORDS + 3;
const ROWS_MIN = 4;
const SLOTS_MIN = 8;
/** Above this a probe for an unknown token takes too many steps. */
const LOAD_MAX = 0.75;
const SLOTS_GROWTH = 1.5;
const ROWS_GROWTH = 1 / 16;
const WORD_RANGE = 2 ** 32;

export class IndexShard {
  /** MAC, version number, names, shared facts. */
  #words = new Uint32Array(ROWS_MIN * WORDS);
  /** Suspended, revoked, expires. */
  #dates = new Float64Array(ROWS_MIN * DATES);
  /** Row number plus one; 0 is free. */
  #slots = new Uint32Array(SLOTS_MIN);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#words.byteLength + this.#dates.byteLength + this.#slots.byteLength;
  }

  /** Fills `row` with what is kept under `mac` and gives its number, which stays; negative, with `row` untouched, if nothing is. */
  read(mac: MacWords, row: Row): number {
    const found = this.#find(mac);
    if (found < 0) return found;
    const words = found * WORDS + MAC_WORDS;
    const dates = found * DATES;
    row.generation = this.#words[words] ?? 0;
    row.names = this.#words[words + 1] ?? 0;
    row.factsId = this.#words[words + 2] ?? 0;
    row.suspendedUntil = this.#dates[dates] ?? Number.NaN;
    row.revokedAt = this.#dates[dates + 1] ?? Number.NaN;
    row.expiresAt = this.#dates[dates + 2] ?? Number.NaN;
    return found;
  }

  /** Keeps `row` under `mac`, in place if there is one. A version is never taken out: its end is a date. */
  write(mac: MacWords, row: Row): void {
    const found = this.#find(mac);
    const at = found < 0 ? this.#append(mac) : found;
    const words = at * WORDS + MAC_WORDS;
    const dates = at * DATES;
    this.#words[words] = row.generation;
    this.#words[words + 1] = row.names;
    this.#words[words + 2] = row.factsId;
    this.#dates[dates] = row.suspendedUntil;
    this.#dates[dates + 1] = row.revokedAt;
    this.#dates[dates + 2] = row.expiresAt;
  }

  #find(mac: MacWords): number {
    const slots = this.#slots;
    const words = this.#words;
    let slot = slotOf(mac[1] ?? 0, slots.length);
    for (let entry = slots[slot] ?? 0; entry !== 0; entry = slots[slot] ?? 0) {
      const at = (entry - 1) * WORDS;
      if (
        words[at + 1] === mac[1] &&
        words[at + 2] === mac[2] &&
        words[at + 3] === mac[3] &&
        words[at] === mac[0]
      )
        return entry - 1;
      slot = slot + 1 === slots.length ? 0 : slot + 1;
    }
    return -1;
  }

  #append(mac: MacWords): number {
    const row = this.#size;
    if ((row + 1) * WORDS > this.#words.length) this.#growRows();
    this.#words.set(mac, row * WORDS);
    this.#size += 1;
    if (this.#size > this.#slots.length * LOAD_MAX) this.#growSlots();
    else occupy(this.#slots, mac[1] ?? 0, row);
    return row;
  }

  #growRows(): void {
    const rows = this.#size + Math.max(ROWS_MIN, Math.floor(this.#size * ROWS_GROWTH));
    const words = new Uint32Array(rows * WORDS);
    const dates = new Float64Array(rows * DATES);
    words.set(this.#words);
    dates.set(this.#dates);
    this.#words = words;
    this.#dates = dates;
  }

  #growSlots(): void {
    const slots = new Uint32Array(Math.floor(this.#slots.length * SLOTS_GROWTH));
    for (let row = 0; row < this.#size; row++) occupy(slots, this.#words[row * WORDS + 1] ?? 0, row);
    this.#slots = slots;
  }
}

/** A MAC is uniform, so its position in the range is its hash; no power of two is needed. */
const slotOf = (word: number, slots: number): number => Math.floor((word / WORD_RANGE) * slots);

function occupy(slots: Uint32Array, word: number, row: number): void {
  let slot = slotOf(word, slots.length);
  while (slots[slot] !== 0) slot = slot + 1 === slots.length ? 0 : slot + 1;
  slots[slot] = row + 1;
}
