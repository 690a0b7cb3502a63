import fc from 'fast-check';
import { NameStore } from '../../src/verifier/name-store.js';

it('gives back every id and name, whatever their characters, across many blocks', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 3_000 });
  fc.assert(
    fc.property(fc.array(fc.record({ keyId: text, name: text }), { maxLength: 50 }), (pairs) => {
      const store = new NameStore();
      const padding = { keyId: 'x'.repeat(30_000), name: 'y'.repeat(30_000) };
      const addresses = pairs.map((pair) => {
        store.add(padding);
        return store.add(pair);
      });
      expect(addresses.map((address) => store.at(address))).toEqual(pairs);
    }),
    { numRuns: 20 },
  );
});

it('refuses what it could not give back', () => {
  expect(() => new NameStore().add({ keyId: '', name: 'x'.repeat(65_536) })).toThrow(RangeError);
  expect(() => new NameStore().at(0)).toThrow(RangeError);
});
