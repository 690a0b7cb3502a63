/** Large reads remember what files came to; whatever happens to the files, they read what a fresh look reads. */
import { mkdirSync, rmSync, utimesSync } from 'node:fs';
import fc from 'fast-check';
import type { KeptText } from '../../src/domain/kept-text.js';
import type { SinkId } from '../../src/domain/kinds/index.js';
import type { Receipt } from '../../src/domain/live.js';
import { openSinks } from '../../src/sinks/sinks.js';
import { newToken, type Workplace, workplace } from '../support/apply-folder.js';

const FILES = 10;
const VARIABLES = 100;
const IDS: readonly SinkId[] = Array.from(
  { length: FILES * VARIABLES },
  (_, at) => `dotenv:${at % FILES}.env#KEY_${Math.floor(at / FILES)}`,
);

const inMemory = (): KeptText & { text: string | undefined; writes: number } => ({
  text: undefined,
  writes: 0,
  async recall() {
    return this.text;
  },
  async keep(text) {
    this.text = text;
    this.writes += 1;
  },
});

function fleet() {
  const place = workplace();
  mkdirSync(place.root, { recursive: true });
  const memory = inMemory();
  const world = {
    root: place.root,
    roots: ['.'],
    machine: 'here',
    exclusively: <T>(work: () => T) => work(),
  };
  const values = Array.from({ length: FILES }, () =>
    Array.from({ length: VARIABLES }, () => newToken().reveal()),
  );
  const writeFile = (file: number): void =>
    place.write(`${file}.env`, (values[file] ?? []).map((value, at) => `KEY_${at}=${value}\n`).join(''));
  return {
    place,
    memory,
    values,
    writeFile,
    looking: openSinks({ ...world, memory }),
    fresh: openSinks(world),
  };
}

interface Edit {
  readonly file: number;
  readonly variable: number;
  readonly kind: 'token' | 'foreign' | 'empty' | 'remove' | 'unreadable' | 'unseen' | 'nothing';
}

const edits: fc.Arbitrary<readonly Edit[]> = fc.array(
  fc.record<Edit>({
    file: fc.nat(FILES - 1),
    variable: fc.nat(VARIABLES - 1),
    kind: fc.constantFrom('token', 'foreign', 'empty', 'remove', 'unreadable', 'unseen', 'nothing'),
  }),
  { minLength: 1, maxLength: 6 },
);

function perform(edit: Edit, world: ReturnType<typeof fleet>): void {
  const { place, values, writeFile } = world;
  const path = place.path(`${edit.file}.env`);
  const row = values[edit.file];
  if (!row || edit.kind === 'nothing') return;
  if (edit.kind === 'remove') {
    rmSync(path, { force: true });
    return;
  }
  if (edit.kind === 'unreadable') {
    place.write(`${edit.file}.env`, '\0');
    return;
  }
  row[edit.variable] = edit.kind === 'foreign' ? 'hunter2' : edit.kind === 'empty' ? '' : newToken().reveal();
  writeFile(edit.file);
  // As whoever wants to go unnoticed would: another token of the same length, and the old time.
  if (edit.kind === 'unseen') utimesSync(path, 1_700_000_000, 1_700_000_000);
}

const places: Workplace[] = [];
afterEach(() => {
  for (const place of places.splice(0)) place.remove();
});

function written() {
  const world = fleet();
  places.push(world.place);
  for (let file = 0; file < FILES; file++) world.writeFile(file);
  return world;
}

/** What was recalled is cut out when it is asked for. */
const plainly = (receipt: Receipt): Receipt => {
  if (receipt.kind !== 'holds') return receipt;
  const { kind, fingerprint, tokenId } = receipt;
  return { kind, fingerprint, tokenId };
};

test('a read with a memory comes to the same as one without, whatever happened to the files', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(edits, { minLength: 1, maxLength: 5 }), async (history) => {
      const world = written();
      for (const turn of history) {
        for (const edit of turn) perform(edit, world);
        const expected = await world.fresh.read(IDS);
        expect((await world.looking.read(IDS)).map(plainly)).toEqual(expected);
        expect((await world.looking.read(IDS)).map(plainly)).toEqual(expected);
      }
    }),
    { numRuns: 25 },
  );
});

test('asking for the places in another order, or for other ones, is another question', async () => {
  const { looking, fresh } = written();
  await looking.read(IDS);
  const others = [...IDS.toReversed(), 'dotenv:0.env#KEY_100', 'file:0.env#raw'];
  expect((await looking.read(others)).map(plainly)).toEqual(await fresh.read(others));
});

test('nothing is written while the files stay as they are', async () => {
  const { looking, memory } = written();
  await looking.read(IDS);
  await looking.read(IDS);
  expect(memory.writes).toBe(1);
});

test('the memory holds no token, and nothing of a file in which a place holds anything else', async () => {
  const world = written();
  perform({ kind: 'foreign', file: 3, variable: 7 }, world);
  await world.looking.read(IDS);
  const { text = '' } = world.memory;
  expect(text.split('\n').map((line) => line.split('\t')[0])).not.toContain('dotenv:3.env');
  expect(text.split('\n')).toHaveLength(FILES - 1);
  for (const value of world.values.flat()) expect(text).not.toContain(value);
});
