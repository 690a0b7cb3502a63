/** Documents in one style: what they say and their comments stay, and formatting twice changes nothing. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { canonicalText } from '../../src/documents/canonical-text.js';

function formatted(text: string, file = 'a.yaml'): string {
  const done = canonicalText(file, text);
  if (!done.ok) throw new Error(`${file}: ${done.error}`);
  return done.value;
}

test('fields have one order, two spaces deep, and comments stay where they were', () => {
  expect(
    formatted(
      '# the first key\nkind:   ApiKey # a key\nspec:\n    owner: {service:  billing}\n    # where it is used\n    environment: "production"\n' +
        'metadata:\n      labels: { team: data }\n      name: app\napiVersion: keywright.dev/v1\n\n\n---\n\n# second\nkind: Service\nmetadata: {name: billing}\n',
    ),
  ).toBe(
    '# the first key\napiVersion: keywright.dev/v1\nkind: ApiKey # a key\nmetadata:\n  name: app\n  labels: { team: data }\nspec:\n  owner: { service: billing }\n' +
      '  # where it is used\n  environment: "production"\n---\n# second\nkind: Service\nmetadata: { name: billing }\n',
  );
});

test('line ends of Windows, a mark at the beginning and trailing blanks go', () => {
  expect(formatted('---\r\nkind: Service\r\nmetadata: { name: a }   \r\n')).toBe(
    'kind: Service\nmetadata: { name: a }\n',
  );
});

test('texts in blocks, quotes, anchors and long lines are left as they are', () => {
  const text =
    'kind: Service\nmetadata: { name: a }\nspec:\n  description: |\n    two\n    lines\n  stewards: &who [a@example.com, { a: [1, 2] }]\n' +
    `  note: "${'long '.repeat(60)}"\n  again: *who\n`;
  expect(formatted(text)).toBe(text);
});

test('JSON is written with two spaces', () => {
  expect(formatted('{"kind":"Service","metadata":{"name":"a"}}', 'a.json')).toBe(
    '{\n  "kind": "Service",\n  "metadata": {\n    "name": "a"\n  }\n}\n',
  );
});

test('what is not YAML is an error', () => {
  expect(canonicalText('a.yaml', 'kind: [\n').ok).toBe(false);
  expect(canonicalText('a.json', '{').ok).toBe(false);
});

test('every example says the same afterwards, and is the same when it is formatted again', () => {
  const root = join(__dirname, '../../examples');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (file) => /\.ya?ml$/.test(file) && !file.includes('node_modules'),
  );
  expect(files.length).toBeGreaterThan(3);
  for (const file of files) {
    const text = readFileSync(join(root, file), 'utf8');
    const once = formatted(text);
    expect(formatted(once)).toBe(once);
    const said = (one: string) => parseAllDocuments(one).map((document) => document.toJS());
    expect(said(once)).toEqual(said(text));
  }
});
