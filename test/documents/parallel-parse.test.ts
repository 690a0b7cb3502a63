import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fileCache } from '../../src/adapters/file-cache.js';
import { documentReaders } from '../../src/adapters/parser-pool.js';
import { DOCUMENTS_MARK, documentCache } from '../../src/documents/cache-codec.js';
import { type FileReaders, parseFiles } from '../../src/documents/parallel-parse.js';
import { seen, specFolder, write } from '../support/spec-folder.js';

/** Reads where it is asked, after `edit`; what crosses is copied as between threads. */
const here = (edit = (text: string) => text): FileReaders & { readonly asked: string[] } => {
  const asked: string[] = [];
  return {
    asked,
    read: async (context, files) => {
      asked.push(...files.map(({ file }) => file));
      const edited = (bytes: Uint8Array) =>
        Buffer.from(edit(Buffer.from(bytes).toString('latin1')), 'latin1');
      const copies = structuredClone(files.map(({ file, bytes }) => ({ file, bytes: edited(bytes) })));
      return structuredClone(copies.map((file) => parseFiles(structuredClone(context), file)));
    },
  };
};

const memoryOf = (folder: string) =>
  documentCache(fileCache({ path: join(folder, '.keywright/documents'), mark: DOCUMENTS_MARK, unique: 't' }));

/** Documents of nothing but a comment; so many bytes are worth a thread. */
const BULK = `---\n# ${'x'.repeat(200_000)}\n`.repeat(3);

const service = (name: string): string =>
  `---\nkind: Service\nmetadata: { name: ${name}, labels: { team: data } }\nspec: { description: "é 🔑" }\n`;

const key = (name: string, path: string): string =>
  `---\nkind: ApiKey\nmetadata: { name: ${name} }\nspec: { environment: production, owner: { service: a }, expiresAfter: 90d, deliver: [{ file: { path: ${path} } }] }\n`;

const WHOLE = {
  'specs/a.yaml': service('a') + key('one', 's/one'),
  'specs/b.yaml': `# first\n\n${key('two', 's/two')}${service('b')}`,
  'specs/bulk.yaml': BULK,
};

test('what is right is taken as others read it', async () => {
  const folder = specFolder(WHOLE);
  const { errors, entries } = await seen(folder, {
    readers: here((text) => text.replace('name: one', 'name: 1st')),
  });
  expect(errors).toEqual([]);
  expect(entries?.map(({ ref }) => ref.name)).toEqual(['1st', 'two', 'a', 'b']);
});

test.each([
  ['what is right', {}],
  ['a wrong field', { 'specs/b.yaml': 'kind: Service\nmetadata: { name: b }\nspec: { stewart: [x] }\n' }],
  ['a file that is not YAML', { 'specs/b.yaml': '[' }],
  ['a file that is not UTF-8', { 'specs/b.yaml': new Uint8Array([0x6b, 0xff]) }],
  ['a name that is declared twice', { 'specs/c/d.yaml': service('a') }],
  ['a place that is delivered to twice', { 'specs/c.yaml': key('three', 's/../s/one') }],
])('%s, read by others, is what it is read here', async (_what, files) => {
  const folder = specFolder({ ...WHOLE, ...files });
  const readers = here();
  expect(await seen(folder, { readers })).toEqual(await seen(folder));
  expect(readers.asked).toContain('specs/a.yaml');
});

test('what others read is remembered, and what is edited afterwards is read here', async () => {
  const folder = specFolder(WHOLE);
  const memory = memoryOf(folder);
  const readers = here();
  await seen(folder, { memory, readers });
  readers.asked.length = 0;
  expect(await seen(folder, { memory, readers })).toEqual(await seen(folder));
  write(folder, { 'specs/a.yaml': `${service('zero')}${WHOLE['specs/a.yaml']}` });
  expect(await seen(folder, { memory, readers })).toEqual(await seen(folder));
  expect(await seen(folder, { memory })).toEqual(await seen(folder));
  expect(readers.asked).toEqual([]);
  rmSync(join(folder, 'specs/bulk.yaml'));
  write(folder, { 'specs/more.yaml': BULK + service('more') });
  expect(await seen(folder, { memory, readers })).toEqual(await seen(folder));
  expect(readers.asked).toEqual(['specs/more.yaml']);
});

test('a few small files are not worth a thread', async () => {
  const readers = here();
  await seen(specFolder({ 'specs/a.yaml': service('a') }), { readers });
  expect(readers.asked).toEqual([]);
});

test('threads read what is read here, each file in its place', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 60 }, (_, at) => [
      `specs/${at}.yaml`,
      // Of very different sizes, so that batches end in another order than they began.
      service(`s-${at}`) + (at % 7 === 0 ? BULK : '') + key(`k-${at}`, `s/${at}`),
    ]),
  );
  const folder = specFolder({ ...files, 'specs/a.yaml': service('a') });
  const readers = documentReaders(pathToFileURL(join(__dirname, '../../dist/parser-thread.js')));
  expect(await seen(folder, { readers })).toEqual(await seen(folder));
});
