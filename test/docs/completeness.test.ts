/** Pages that list all there is of something: what is added or goes is found here. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMANDS } from '../../src/cli/commands/index.js';

const root = join(__dirname, '../..');
const page = (path: string): string => readFileSync(join(root, path), 'utf8');

test('architecture: the table of folders has each folder of src, and no other', () => {
  const listed = [...page('docs/architecture.md').matchAll(/^\| `src\/([^`/]+)/gm)].map(
    ([, name = '']) => name,
  );
  expect(listed.sort()).toEqual(readdirSync(join(root, 'src')).sort());
});

test('architecture: what is written here is where the table says', () => {
  const [, table = ''] = page('docs/architecture.md').split('## Written here, and why');
  const places = [...table.matchAll(/^\| [^|]+ \| ([^|]+) \|/gm)]
    .flatMap(([, cell = '']) => [...cell.matchAll(/`([^`]+)`/g)])
    .map(([, place = '']) => (place.startsWith('test/') ? place : `src/${place}`));
  expect(places.length).toBeGreaterThan(20);
  const known = new Set(
    ['src', 'test'].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(
        (path) => `${folder}/${path}`,
      ),
    ),
  );
  expect(places.filter((place) => !known.has(place))).toEqual([]);
});

/** Of the table in README.md: its first column may name several. */
const inTable = (text: string): readonly string[] =>
  [...text.matchAll(/^\| (`[a-z-]+`(?:, `[a-z-]+`)*) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  );

const names = COMMANDS.map(({ name }) => name);

test('README: the table of commands has each of them', () => {
  const [, table = ''] = page('README.md').split('| command | what it does |');
  const [listed = ''] = table.split('\n\n');
  expect([...inTable(listed), 'version'].sort()).toEqual([...names].sort());
});

test('contract: the line of commands has each of them, and none that is planned', () => {
  const [, line = ''] = /^`keywright (init [^`]+)`/m.exec(page('docs/contract.md')) ?? [];
  expect(line.replace(/\.$/, '').split(' | ').sort()).toEqual([...names].sort());
});
