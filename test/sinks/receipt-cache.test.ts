/** Large reads remember what files came to; whatever happens to the files, they read what a fresh look reads. */
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, utimesSync } from 'node:fs';
import fc from 'fast-check';
import type { FileCache } from '../../src/domain/file-cache.js';
import type { SinkId } from '../../src/domain/kinds/index.js';
import type { Receipt } from '../../src/domain/live.js';
import { openFileSinks } from '../../src/sinks/files/file-sinks.js';
import { newToken, type Workplace, workplace } from '../support/apply-folder.js';

const FILES = 10;
const VARIABLES = 100;
const IDS: readonly SinkId[] = Array.from(
  { length: FILES * VARIABLES },
  (_, at) => `dotenv:${at % FILES}.env#KEY_${Math.floor(at / FILES)}`,
);

/** By then a file that was just written counts as left alone, which is true here: two changes are many milliseconds apart here. */
const LATER = 60_000;

const inMemory = (): FileCache & { text: string | undefined; writes: number } => ({
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
    looking: openFileSinks({ ...world, memory }),
    /** As a process that looks so much later, or earlier. */
    lookingAfter: (ms: number) => openFileSinks({ ...world, memory, clock: { now: () => Date.now() + ms } }),
    fresh: openFileSinks(world),
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

/** Every file that is aged has the same times of access and change. */
const age = (path: string): void => utimesSync(path, 1_700_000_000, 1_700_000_000);

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
  // As an attacker who avoids notice would: another token of the same length, and the old time.
  if (edit.kind === 'unseen') age(path);
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
        for (const looking of [world.looking, world.lookingAfter(LATER)]) {
          expect((await looking.read(IDS)).map(plainly)).toEqual(expected);
          expect((await looking.read(IDS)).map(plainly)).toEqual(expected);
        }
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

/** What is remembered, with other digests and fingerprints: only who believes the marks of files tells them. */
const FORGED = 'f'.repeat(16);
const forged = (text: string | undefined): string | undefined =>
  text?.replace(/\t[0-9a-f]{64}\t/g, `\t${FORGED.repeat(4)}\t`).replace(/\t[0-9a-f]{16}\t/g, `\t${FORGED}\t`);
const believed = (receipts: readonly Receipt[]): number =>
  receipts.filter((receipt) => receipt.kind === 'holds' && receipt.fingerprint === FORGED).length;

async function settled() {
  const world = written();
  await world.lookingAfter(LATER).read(IDS);
  world.memory.text = forged(world.memory.text);
  return world;
}

test('a file that was left alone since it was read is not read again', async () => {
  const world = await settled();
  expect(believed(await world.lookingAfter(LATER).read(IDS))).toBe(IDS.length);
});

test('a file that changed just before it was read is read again, as the same tick may hold two changes', async () => {
  const world = written();
  await world.lookingAfter(0).read(IDS);
  const marks = (world.memory.text ?? '').split('\n').map((line) => line.split('\t')[1]);
  expect(marks).toEqual(Array.from({ length: FILES }, () => ''));
});

test('without a clock every file is read', async () => {
  const world = await settled();
  expect(believed(await world.looking.read(IDS))).toBe(0);
});

const sneaky: readonly [string, (world: ReturnType<typeof fleet>) => void][] = [
  [
    'was changed to another token of the same length, and given its old times',
    ({ place, values, writeFile }) => {
      values[0]?.splice(5, 1, newToken().reveal());
      writeFile(0);
      age(place.path('0.env'));
    },
  ],
  [
    'was replaced by another file with the same size and times',
    ({ place }) => {
      place.write('other', readFileSync(place.path('1.env'), 'utf8'));
      age(place.path('other'));
      renameSync(place.path('other'), place.path('0.env'));
    },
  ],
  [
    'became a link',
    ({ place }) => {
      renameSync(place.path('0.env'), place.path('moved'));
      symlinkSync('moved', place.path('0.env'));
    },
  ],
  ['was removed', ({ place }) => rmSync(place.path('0.env'))],
];

test.each(sneaky)('a file that %s is seen as it is', async (_, change) => {
  const world = written();
  age(world.place.path('0.env'));
  await world.lookingAfter(LATER).read(IDS);
  change(world);
  const before = await world.fresh.read(IDS);
  expect((await world.lookingAfter(LATER).read(IDS)).map(plainly)).toEqual(before);
  expect((await world.lookingAfter(LATER).read(IDS)).map(plainly)).toEqual(before);
});

test('a folder that was swapped for another, or for a link to itself, is seen as it is', async () => {
  const { place, lookingAfter, fresh } = fleet();
  places.push({ ...place });
  const text = (): string =>
    Array.from({ length: 1_000 }, (_, at) => `KEY_${at}=${newToken().reveal()}\n`).join('');
  const ids: readonly SinkId[] = Array.from({ length: 1_000 }, (_, at) => `dotenv:secrets/a.env#KEY_${at}`);
  for (const folder of ['secrets', 'others']) mkdirSync(place.path(folder), { recursive: true });
  place.write('secrets/a.env', text());
  place.write('others/a.env', text());
  const looks = async (): Promise<void> =>
    expect((await lookingAfter(LATER).read(ids)).map(plainly)).toEqual(await fresh.read(ids));
  await looks();
  renameSync(place.path('secrets'), place.path('away'));
  symlinkSync('away', place.path('secrets'));
  await looks();
  expect(await lookingAfter(LATER).read(ids)).toContainEqual(expect.objectContaining({ kind: 'unknown' }));
  rmSync(place.path('secrets'));
  renameSync(place.path('others'), place.path('secrets'));
  await looks();
});
