/**
 * The index: rows by the first 128 bits of the token's MAC, in 256 shards by its first byte. Sharding is
 * for growth: a table that grows as a whole stops the process for as long as copying all of it takes,
 * while a shard of ten million keys holds forty thousand and is copied in about a millisecond.
 *
 * Probing is not constant-time and need not be. What is compared is a MAC keyed with a secret pepper: a
 * caller can neither choose its bits nor foresee them, so how far a probe got tells nothing about a token.
 */
import { IndexShard, type Row } from './index-shard.js';
import type { MacWords } from './mac-words.js';

const SHARDS = 256;
const SHARD_SHIFT = 24;

export class IndexTable {
  readonly #shards: readonly IndexShard[] = Array.from({ length: SHARDS }, () => new IndexShard());

  /** Rows kept: versions of keys, ended ones included. */
  get size(): number {
    return this.#shards.reduce((sum, shard) => sum + shard.size, 0);
  }

  /** All typed arrays of the index: MACs, dates, numbers and slots. Names are elsewhere. */
  get bytes(): number {
    return this.#shards.reduce((sum, shard) => sum + shard.bytes, 0);
  }

  /** Fills `row` and gives its number, which stays; negative, with `row` untouched, if nothing is kept under `mac`. */
  read(mac: MacWords, row: Row): number {
    const inShard = this.#shardOf(mac).read(mac, row);
    return inShard < 0 ? inShard : inShard * SHARDS + shardNumberOf(mac);
  }

  /** Keeps `row` under `mac`, in place if there is one. */
  write(mac: MacWords, row: Row): void {
    this.#shardOf(mac).write(mac, row);
  }

  #shardOf(mac: MacWords): IndexShard {
    const shard = this.#shards[shardNumberOf(mac)];
    if (shard === undefined) throw new Error('a byte beyond 255');
    return shard;
  }
}

const shardNumberOf = (mac: MacWords): number => (mac[0] ?? 0) >>> SHARD_SHIFT;
