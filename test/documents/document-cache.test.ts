import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { fileCache } from '../../src/adapters/file-cache.js';
import { DOCUMENTS_MARK, documentCache } from '../../src/documents/cache-codec.js';
import type { DocumentCache, Recollection, RememberedDocument } from '../../src/documents/document-cache.js';
import { load, seen, specFolder, write } from '../support/spec-folder.js';

const service = (name: string, description = ''): string =>
  `---\nkind: Service\nmetadata: { name: ${name}, labels: { team: x } }\nspec: { description: "${description}" }\n`;

const key = (name: string): string =>
  `---\nkind: ApiKey\nmetadata: { name: ${name} }\nspec:\n  environment: production\n  owner: { service: a }\n  deliver: [{ file: { path: ${name} } }]\n`;

const memoryAt = (path: string): DocumentCache =>
  documentCache(fileCache({ path, mark: DOCUMENTS_MARK, unique: 'test' }));

const remembering = (folder: string): { readonly path: string; readonly memory: DocumentCache } => {
  const path = join(folder, '.keywright/documents');
  return { path, memory: memoryAt(path) };
};

test('a load with a memory comes to the same as one without, whatever was edited between', async () => {
  const folder = specFolder({
    'specs/a.yaml': service('a') + service('b') + key('k'),
    'specs/b.yaml': service('c'),
  });
  const { memory } = remembering(folder);
  const edits = [
    {},
    { 'specs/a.yaml': service('a') + service('b', 'changed') + key('k') },
    { 'specs/a.yaml': `# moved down\n\n${service('zero')}${service('a')}${service('b')}${key('k')}` },
    { 'specs/a.yaml': service('zero') + service('a') + service('b') + service('b') + key('k') },
    { 'specs/a.yaml': service('zero') + service('a') + service('b') + key('k') },
    { 'specs/b.yaml': service('a') },
    { 'specs/b.yaml': service('d') },
    {
      'specs/e.yaml': `kind: Service\nmetadata:\n  name: e\n  labels: { team: "x" }\n  annotations: { note: "a\\tb\\nc", keywright.dev/previous-name: c }\n`,
    },
    {
      'specs/f.yaml': `kind: ApiKey\nmetadata: { name: f }\nspec:\n  environment: production\n  owner: { service: a }\n  deliver: [{ file: { path: "sécrets/\\ud800 f" } }, { dotenv: { path: 🔑.env, variable: F } }]\n`,
    },
    { 'specs/b.yaml': '[' },
    { 'specs/b.yaml': '' },
    {
      'keywright.yaml': `kind: Project\nmetadata: { name: acme }\nspec: { defaults: { rotation: { every: 9d } } }\n`,
    },
    { 'specs/c/d.json': '{"kind":"Service","metadata":{"name":"j"}}' },
  ];
  for (const edit of edits) {
    write(folder, edit);
    const without = await seen(folder);
    expect(await seen(folder, { memory })).toEqual(without);
    expect(await seen(folder, { memory })).toEqual(without);
  }
});

const SINKS = [
  '{ file: { path: s/one } }',
  '{ file: { path: ./s/../s/one } }',
  '{ file: { path: s/two } }',
  '{ dotenv: { path: s/app.env, variable: A } }',
  '{ dotenv: { path: s/./app.env, variable: A } }',
  '{ dotenv: { path: s/app.env, variable: B } }',
  '{ file: { path: s/app.env } }',
];
const NAMES = ['a', 'b', 'c', 'd'];

/** Texts of files: each some keys, some of which say where they go. Names and places meet by chance. */
const keysInFiles = fc.dictionary(
  fc.constantFrom('specs/1.yaml', 'specs/2.yaml', 'specs/3.yaml'),
  fc
    .array(fc.record({ name: fc.constantFrom(...NAMES), sink: fc.constantFrom('', ...SINKS) }), {
      maxLength: 3,
    })
    .map((keys) =>
      keys
        .map(
          ({ name, sink }) =>
            `---\nkind: ApiKey\nmetadata: { name: ${name} }\nspec: { environment: production, owner: { tenant: true }, deliver: [${sink}] }\n`,
        )
        .join(''),
    ),
);

test('what only shows across documents is found from a memory as it is without one, whichever files changed', async () => {
  const met = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(keysInFiles, { minLength: 2, maxLength: 6 }), async (edits) => {
      const folder = specFolder({ 'specs/0.yaml': service('a') });
      const { memory } = remembering(folder);
      for (const edit of edits) {
        write(folder, edit);
        const without = await seen(folder);
        expect(await seen(folder, { memory })).toEqual(without);
        met.add(without.errors.length === 0 ? 'none' : 'some');
      }
    }),
    { numRuns: 60 },
  );
  expect([...met].sort()).toEqual(['none', 'some']);
});

const liedAbout = (document: RememberedDocument): RememberedDocument => {
  const { kind, name, labels, references, sinks, previousName } = document;
  return {
    kind,
    name,
    labels,
    references,
    sinks,
    previousName,
    digest: 'remembered',
    place: () => document.place(),
  };
};

/** A memory that was given a lie about one document, to see which documents are believed unread. */
const lying = (recalled: Recollection, name: string): DocumentCache => ({
  recall: async () => ({
    ...recalled,
    files: recalled.files.map((file) => ({
      ...file,
      documents: file.documents.map((one) => (one.name === name ? liedAbout(one) : one)),
    })),
  }),
  keep: async () => undefined,
});

test('of a changed file only the changed documents are parsed', async () => {
  const folder = specFolder({ 'specs/a.yaml': service('a') + service('b') });
  const { memory } = remembering(folder);
  await load(folder, { memory });
  const recalled = await memory.recall();
  if (!recalled) throw new Error('nothing was kept');
  write(folder, { 'specs/a.yaml': service('a') + service('b', 'changed') });
  const { state: trusted } = await load(folder, { memory: lying(recalled, 'a') });
  expect(trusted?.entries.map(({ digest }) => digest === 'remembered')).toEqual([true, false]);
  const { state: parsed } = await load(folder, { memory: lying(recalled, 'b') });
  expect(parsed?.entries.map(({ digest }) => digest === 'remembered')).toEqual([false, false]);
});

test('a change of the project forgets everything', async () => {
  const folder = specFolder({ 'specs/a.yaml': service('a') });
  const { memory } = remembering(folder);
  await load(folder, { memory });
  const recalled = await memory.recall();
  if (!recalled) throw new Error('nothing was kept');
  write(folder, {
    'keywright.yaml': 'kind: Project\nmetadata: { name: acme }\nspec: { policy: { maxAge: 9d } }\n',
  });
  const { state } = await load(folder, { memory: lying(recalled, 'a') });
  expect(state?.entries[0]?.digest).not.toBe('remembered');
});

test('the memory is for its owner only', async () => {
  const folder = specFolder({ 'specs/a.yaml': service('a') });
  const { path, memory } = remembering(folder);
  await load(folder, { memory });
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test.each<[string, (path: string) => void]>([
  ['is cut off', (path) => truncateSync(path, statSync(path).size - 10)],
  ['is empty', (path) => truncateSync(path, 0)],
  ['is foreign', (path) => writeFileSync(path, '{"files":[]}')],
  ['was edited', (path) => writeFileSync(path, readFileSync(path, 'utf8').replace('Service', 'Environment'))],
])('a memory that %s is ignored and replaced', async (_, damage) => {
  const folder = specFolder({ 'specs/a.yaml': service('a') });
  const { path, memory } = remembering(folder);
  await load(folder, { memory });
  damage(path);
  expect(await memory.recall()).toBeUndefined();
  expect(await seen(folder, { memory })).toEqual(await seen(folder));
  expect(await memory.recall()).toBeDefined();
});

test('a memory that cannot be written costs nothing but time', async () => {
  const folder = specFolder({ 'specs/a.yaml': service('a'), blocked: '' });
  const memory = memoryAt(join(folder, 'blocked/documents'));
  expect((await seen(folder, { memory })).errors).toEqual([]);
});

test('what a killed process left half written is gone with the next memory that is kept', async () => {
  const folder = specFolder({ 'specs/a.yaml': service('a'), '.keywright/documents.4711.tmp': 'half' });
  const { memory } = remembering(folder);
  await load(folder, { memory });
  expect(readdirSync(join(folder, '.keywright'))).toEqual(['documents']);
});
