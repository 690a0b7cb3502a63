import fc from 'fast-check';
import type { Row } from '../../src/verifier/index-shard.js';
import { IndexTable } from '../../src/verifier/index-table.js';
import { readMacWords } from '../../src/verifier/mac-words.js';

/** A million with SLOW=1. */
const MANY = process.env['SLOW'] === '1' ? 1_000_000 : 50_000;

const row = (generation: number): Row => ({
  generation,
  names: generation * 2,
  factsId: generation * 3,
  suspendedUntil: Number.NaN,
  revokedAt: generation,
  expiresAt: 8.64e15,
});

/** Spread like a MAC, another for each number. */
function spread(number: number): Uint32Array {
  const words = new Uint32Array(4);
  let state = number + 1;
  for (let word = 0; word < 4; word++) {
    state = Math.imul(state ^ (state >>> 16), 0x85ebca6b) + 0x9e3779b9;
    state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
    words[word] = state ^ (state >>> 16);
  }
  return words;
}

describe('the index table', () => {
  it('finds every row it was given, and nothing else, at any size', () => {
    const table = new IndexTable();
    for (let number = 0; number < MANY; number++) table.write(spread(number), row(number));
    const found = row(-1);
    let wrong = 0;
    for (let number = 0; number < MANY; number++) {
      if (table.read(spread(number), found) < 0 || found.generation !== number) wrong += 1;
      if (table.read(spread(MANY + number), found) >= 0) wrong += 1;
    }
    expect(wrong).toBe(0);
    expect(table.size).toBe(MANY);
  });

  it('costs at most 64 bytes a row from ten thousand rows on, whatever the size', () => {
    const table = new IndexTable();
    let worst = 0;
    for (let number = 1; number <= MANY; number++) {
      table.write(spread(number), row(number));
      if (number >= 10_000 && number % 499 === 0) worst = Math.max(worst, table.bytes / number);
    }
    expect(worst).toBeLessThanOrEqual(64);
  });

  it('gives back exactly what was written, absent dates included', () => {
    const table = new IndexTable();
    table.write(spread(1), row(7));
    const found = row(-1);
    table.read(spread(1), found);
    expect(found).toEqual(row(7));
  });

  it('leaves the row alone when nothing is found', () => {
    const untouched = row(5);
    expect(new IndexTable().read(spread(1), untouched)).toBeLessThan(0);
    expect(untouched).toEqual(row(5));
  });

  it('numbers every row once, and for good', () => {
    const table = new IndexTable();
    const numbersOf = () => Array.from({ length: 2_000 }, (_, number) => table.read(spread(number), row(0)));
    for (let number = 0; number < 2_000; number++) table.write(spread(number), row(number));
    const numbers = numbersOf();
    for (let number = 0; number < MANY; number++) table.write(spread(number), row(number + 1));
    expect(new Set(numbers).size).toBe(2_000);
    expect(numbersOf()).toEqual(numbers);
  });

  it('agrees with a Map for MACs that collide in shard and slot, through writes and rewrites', () => {
    const word = fc.constantFrom(0, 1, 0xffffffff);
    const write = fc.tuple(fc.tuple(word, word, word, word), fc.nat());
    fc.assert(
      fc.property(fc.array(write, { maxLength: 200 }), (writes) => {
        const table = new IndexTable();
        const naive = new Map<string, number>();
        for (const [mac, generation] of writes) {
          table.write(Uint32Array.from(mac), row(generation % 1_000));
          naive.set(mac.join(), generation % 1_000);
        }
        const found = row(-1);
        for (const [mac] of writes) {
          expect(table.read(Uint32Array.from(mac), found)).toBeGreaterThanOrEqual(0);
          expect(found.generation).toBe(naive.get(mac.join()));
        }
        expect(table.size).toBe(naive.size);
      }),
    );
  });
});

it('reads the first 128 bits of a MAC', () => {
  const words = new Uint32Array(4);
  readMacWords(`00000001deadbeef89abcdefffffffff${'7'.repeat(32)}`, words);
  expect([...words]).toEqual([1, 0xdeadbeef, 0x89abcdef, 0xffffffff]);
});
