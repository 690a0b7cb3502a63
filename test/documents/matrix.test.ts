// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are what is tested
/** Documents in a loop: what they come to, where their errors are, and that renames are followed. */
import { documentCache } from '../../src/documents/cache-codec.js';
import { PREVIOUS_NAME } from '../../src/domain/metadata.js';
import { load, specFolder, write } from '../support/spec-folder.js';

const MATRIX = '{ service: [billing, search, mail], environment: [production, staging] }';

const keys = (matrix = MATRIX, name = '"${service}-${environment}"', more = ''): string =>
  `kind: ApiKey\nmatrix: ${matrix}\nmetadata: { name: ${name} }\nspec:\n  environment: "\${environment}"\n  owner: { service: "\${service}" }\n${more}`;

const loaded = (text: string) => load(specFolder({ 'specs/a.yaml': text }));

const errorsOf = async (text: string) =>
  (await loaded(text)).errors.map(
    ({ position, message }) => `${position.line}:${position.column} ${message}`,
  );

const declarationsOf = async (text: string) => {
  const { state, errors } = await loaded(text);
  expect(errors).toEqual([]);
  return (state?.entries ?? []).map((entry) => entry.load());
};

test('a document is declared once for each combination', async () => {
  const declared = await declarationsOf(keys());
  expect(declared.map(({ metadata }) => metadata.name)).toEqual([
    'billing-production',
    'billing-staging',
    'mail-production',
    'mail-staging',
    'search-production',
    'search-staging',
  ]);
  expect(declared[2]?.spec).toMatchObject({ environment: 'production', owner: { service: 'mail' } });
});

test('combinations can be left out, and a placeholder written out', async () => {
  const text = keys(
    '{ service: [a, b], environment: [production, staging], exclude: [{ service: b, environment: staging }] }',
  );
  expect((await declarationsOf(text)).map(({ metadata }) => metadata.name)).toEqual([
    'a-production',
    'a-staging',
    'b-production',
  ]);
  const service =
    'kind: Service\nmatrix: { name: [a] }\nmetadata: { name: "${name}" }\nspec: { description: "$${name} of ${name}" }\n';
  expect((await declarationsOf(service))[0]?.spec).toMatchObject({ description: '${name} of a' });
});

test('strings of documents without a matrix are left as they are', async () => {
  const service = 'kind: Service\nmetadata: { name: a }\nspec: { description: "${name}" }\n';
  expect((await declarationsOf(service))[0]?.spec).toMatchObject({ description: '${name}' });
});

test.each([
  [
    'a placeholder that names nothing',
    keys(MATRIX, '"${servce}-${environment}"'),
    ['3:19 ${servce} names nothing in matrix'],
  ],
  [
    'a list that nothing uses',
    keys('{ service: [a], environment: [production], region: [eu] }'),
    ['2:52 ${region} is used nowhere in the document'],
  ],
  [
    'a value twice',
    keys('{ service: [a, a], environment: [production] }'),
    ['2:24 "a" is in the list already'],
  ],
  [
    'a value that is no text',
    keys('{ service: [1], environment: [production] }'),
    ['2:21 must be a text; put it in quotes'],
  ],
  [
    'more combinations than a program should make',
    keys(`{ service: [${Array.from({ length: 600 }, (_, n) => `s${n}`)}], environment: [a, b] }`),
    ['2:9 comes to 1200 documents, more than 1000'],
  ],
  ['no list', keys('{}'), ['2:9 matrix is a mapping of one to three names to lists of texts']],
  [
    'an error of all combinations, once',
    keys(MATRIX, undefined, '  expiresAfter: soon\n'),
    [expect.stringMatching(/^7:17 [^(]*$/)],
  ],
  [
    'an error of one, with which',
    keys('{ service: [a, B_], environment: [production] }'),
    [
      expect.stringMatching(/^3:19 .*\(matrix service: B_, environment: production\)$/),
      expect.stringMatching(/^6:21 .*\(matrix service: B_/),
    ],
  ],
])('%s is an error at its place', async (_, text, errors) => {
  expect(await errorsOf(text)).toEqual(errors);
});

test('two combinations of one name are a duplicate', async () => {
  const errors = await errorsOf(keys('{ service: [a, b], environment: [production] }', '"${environment}"'));
  expect(errors).toHaveLength(1);
});

test('a value that has another name now says what its objects were called', async () => {
  const text = keys(
    '{ service: [billing, mail], environment: [production], previous: { service: { mail: post } } }',
  );
  const declared = await declarationsOf(text);
  expect(declared.map(({ metadata }) => metadata.annotations?.[PREVIOUS_NAME])).toEqual([
    undefined,
    'post-production',
  ]);
});

test('the order of values changes nothing, and what was remembered is what is read', async () => {
  let kept: string | undefined;
  const memory = documentCache({
    recall: async () => kept,
    keep: async (text) => {
      kept = text;
    },
  });
  const folder = specFolder({ 'specs/a.yaml': keys() });
  const first = await load(folder, { memory });
  const again = await load(folder, { memory });
  const facts = (one: typeof first) =>
    one.state?.entries.map((entry) => [entry.ref.name, entry.digest, entry.position, entry.load().spec]);
  expect(facts(again)).toEqual(facts(first));
  expect(again.state?.entries).toHaveLength(6);
  write(folder, { 'specs/a.yaml': `kind: Service\nmetadata: { name: billing }\n---\n${keys()}` });
  const moved = await load(folder, { memory });
  expect(moved.state?.entries.map(({ digest }) => digest)).toEqual(
    expect.arrayContaining(first.state?.entries.map(({ digest }) => digest) ?? []),
  );
  expect(moved.state?.entries.find(({ ref }) => ref.name === 'mail-staging')?.load().spec).toMatchObject({
    owner: { service: 'mail' },
  });
  write(folder, { 'specs/a.yaml': keys(MATRIX.replace('billing, search, mail', 'mail, billing, search')) });
  const reordered = await load(folder, { memory });
  expect(reordered.state?.digest).toBe(first.state?.digest);
});
