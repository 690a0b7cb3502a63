/** docs/asvs.md and SECURITY.md name tests and pages that are there, and leave no requirement out. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const text = (page: string): string => readFileSync(join(root, page), 'utf8');
const ROW = /^\| (V\d+\.\d+\.\d+) \| ([12]) \| (met|not applicable|not met) \| (.+) \|$/gm;
const rows = [...text('docs/asvs.md').matchAll(ROW)].map(([, id = '', level, state = '', where = '']) => ({
  id,
  level,
  state,
  where,
}));

test('asvs: all 70 requirements of level 1 and 183 of level 2, each once', () => {
  expect(rows.filter(({ level }) => level === '1')).toHaveLength(70);
  expect(rows.filter(({ level }) => level === '2')).toHaveLength(183);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(253);
});

test('asvs: the count at the top is that of the rows', () => {
  const count = (state: string): number => rows.filter((row) => row.state === state).length;
  expect(text('docs/asvs.md')).toContain(
    `${count('met')} are met, ${count('not applicable')} are not applicable and ${count('not met')} are not met`,
  );
});

test.each(['docs/asvs.md', 'SECURITY.md'])('%s names tests that exist', (page) => {
  const named = [...text(page).matchAll(/`((?:test|src|docs)\/[^`]+)`/g)].map(([, file = '']) => file);
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});
