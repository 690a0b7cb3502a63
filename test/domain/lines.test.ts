/** Cells that are cut out one by one are those that splitting the line would give. */
import fc from 'fast-check';
import { cellAt, cellOf, cellsUpTo, linesOf } from '../../src/domain/lines.js';

const cells = fc.array(
  fc.string().map((text) => text.replaceAll(/[\t\n]/g, '')),
  { minLength: 1, maxLength: 6 },
);

test('a cell of a line is what splitting the line gives, and empty beyond its end', () => {
  fc.assert(
    fc.property(cells, fc.nat(8), (row, nth) => {
      const line = row.join('\t');
      expect(cellOf(line, nth)).toBe(row[nth] ?? '');
      expect(cellsUpTo(line, nth + 1)).toBe(row.slice(0, nth + 1).join('\t'));
      if (nth < row.length)
        expect(cellAt(line, row.slice(0, nth).join('\t').length + (nth && 1))).toBe(row[nth]);
    }),
  );
});

test('a text without anything has no lines', () => {
  expect(linesOf('')).toEqual([]);
  expect(linesOf('a\tb\nc')).toEqual(['a\tb', 'c']);
});
