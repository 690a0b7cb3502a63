/** docs/requirements.md names, for each row, tests that cite it: files that moved or dropped a row are found here. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const page = readFileSync(join(root, 'docs/requirements.md'), 'utf8');

/** `| F1 | what | files |`; the last row of `T3–T6` is cited as that range. */
const rows = [...page.matchAll(/^\| (?<row>[FTUD]\d+(?:–T6)?) \| .* \| (?<shown>[^|]*) \|$/gm)].map(
  ({ groups }) => ({
    row: groups?.['row'] ?? '',
    files: [...(groups?.['shown'] ?? '').matchAll(/`([^`]+)`/g)].map(([, file = '']) => file),
    shown: groups?.['shown'],
  }),
);

const range = (letter: string, last: number): string[] =>
  Array.from({ length: last }, (_, index) => `${letter}${index + 1}`);

test('requirements: every row of the checklist is there', () => {
  const tines = ['T1', 'T2', 'T3–T6'];
  expect(rows.map(({ row }) => row)).toEqual([
    ...range('F', 17),
    ...tines,
    ...range('U', 11),
    ...range('D', 7),
  ]);
});

test.each(rows)('requirements: the tests named for $row cite it', ({ row, files, shown }) => {
  if (files.length === 0) expect(shown).toBe('planned');
  const cites = (file: string): boolean =>
    existsSync(join(root, file)) &&
    new RegExp(`['"\`(, ]${row}\\b`).test(readFileSync(join(root, file), 'utf8'));
  expect(files.filter((file) => !cites(file))).toEqual([]);
});
