/**
 * Ids and names of keys, needed only for the answer: bytes in large blocks, appended and never moved, so
 * that an address stays good. Strings on the heap would cost twice as much and be walked by every
 * garbage collection.
 */
import { Buffer } from 'node:buffer';

export interface KeyNames {
  readonly keyId: string;
  readonly name: string;
}

const BLOCK_BITS = 20;
const BLOCK_BYTES = 1 << BLOCK_BITS;
/** Before the text: its bytes, and the UTF-16 units of the id that it begins with, two bytes each. */
const HEADER_BYTES = 4;
const TEXT_BYTES_MAX = 0xffff;

export class NameStore {
  readonly #blocks: Buffer[] = [];
  /** The last of the blocks, and how much of it is taken. */
  #block = Buffer.alloc(0);
  #used = 0;

  get bytes(): number {
    return this.#blocks.length * BLOCK_BYTES;
  }

  /** The address of a copy. Throws beyond 64 KiB of text or 4 GiB in all. */
  add({ keyId, name }: KeyNames): number {
    const text = keyId + name;
    const bytes = Buffer.byteLength(text);
    if (bytes > TEXT_BYTES_MAX) throw new RangeError('a name beyond 64 KiB');
    if (this.#used + HEADER_BYTES + bytes > this.#block.length) this.#addBlock();
    const at = this.#used;
    this.#block.writeUInt16LE(bytes, at);
    this.#block.writeUInt16LE(keyId.length, at + 2);
    this.#block.write(text, at + HEADER_BYTES);
    this.#used += HEADER_BYTES + bytes;
    return (this.#blocks.length - 1) * BLOCK_BYTES + at;
  }

  /** What was added at an address that `add` gave. Both texts in one decoding: that is what an answer costs. */
  at(address: number): KeyNames {
    const block = this.#blocks[address >>> BLOCK_BITS];
    if (block === undefined) throw new RangeError('an address that was never given');
    const header = address & (BLOCK_BYTES - 1);
    const begin = header + HEADER_BYTES;
    const text = block.toString('utf8', begin, begin + block.readUInt16LE(header));
    const idUnits = block.readUInt16LE(header + 2);
    return { keyId: text.slice(0, idUnits), name: text.slice(idUnits) };
  }

  #addBlock(): void {
    if (this.#blocks.length === 2 ** (32 - BLOCK_BITS)) throw new RangeError('more than 4 GiB of names');
    this.#block = Buffer.alloc(BLOCK_BYTES);
    this.#blocks.push(this.#block);
    this.#used = 0;
  }
}
