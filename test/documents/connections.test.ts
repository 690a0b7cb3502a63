/** Connections, and deliver entries that name them: what is wrong is said where it stands. */
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { loadProject } from '../../src/documents/load.js';
import { validate } from '../../src/documents/validate.js';
import { editorSchema } from '../../src/domain/kinds/document-schema.js';
import { line, PROJECT, specFolder } from '../support/spec-folder.js';

async function errorsOf(text: string): Promise<readonly string[]> {
  const project = await loadProject(specFolder({ 'keywright.yaml': PROJECT, 'specs/a.yaml': text }));
  if (!project.ok) return project.error.map(line);
  const result = await validate(project.value, { paths: [] });
  return result.ok ? [] : result.error.map(line);
}

const connection = (spec: string): string =>
  `---\nkind: Connection\nmetadata: { name: company }\nspec: ${spec}\n`;
const delivering = (entry: string): string =>
  `---\nkind: ApiKey\nmetadata: { name: a }\nspec:\n  environment: production\n  owner: { tenant: true }\n  deliver:\n    - ${entry}\n`;
const VAULT = '{ vault: { address: "https://vault.example.com", token: { env: VAULT_TOKEN } } }';
const inVault = (name: string): string =>
  `vault: { connection: ${name}, mount: secret, path: shop/billing, fields: { api_key: key } }`;

test('connections: a deliver entry that names a declared one is accepted', async () => {
  expect(await errorsOf(connection(VAULT) + delivering(inVault('company')))).toEqual([]);
});

test.each<[string, string, string]>([
  [
    'an unknown connection',
    delivering(inVault('compny')),
    'a.yaml:12:28 unknown_reference Connection "compny" is neither declared nor live (did you mean "company"?)',
  ],
  [
    'two types in one entry',
    delivering(`{ ${inVault('company')}, file: { path: a } }`),
    'a.yaml:12:7 broken_rule must name exactly one of ',
  ],
  ['no type in an entry', delivering('{}'), 'a.yaml:12:7 bad_value must be exactly one of '],
  [
    'an unknown type',
    delivering('{ valt: { connection: company } }'),
    'a.yaml:12:9 unknown_field unknown field "valt" (did you mean "vault"?)',
  ],
])('connections: %s is refused where it stands', async (_, text, expected) => {
  expect(await errorsOf(connection(VAULT) + text)).toEqual([expect.stringContaining(expected)]);
});

test.each<[string, string, string]>([
  ['no type', '{}', 'a.yaml:4:7 bad_value must be exactly one of '],
  ['only a rate', '{ requestsPerSecond: 5 }', 'a.yaml:4:7 broken_rule must name exactly one of '],
  [
    'a type that does not exist',
    '{ valut: { address: "https://v.example.com" } }',
    'a.yaml:4:9 unknown_field unknown field "valut" (known fields: ',
  ],
  [
    'a secret in place of a reference',
    '{ vault: { address: "https://v.example.com", token: hvs.abc } }',
    'a.yaml:4:59 wrong_type must be a mapping, not text',
  ],
  [
    'two references for one credential',
    '{ vault: { address: "https://v.example.com", token: { env: A, file: b } } }',
    'a.yaml:4:59 bad_value must be either env or file',
  ],
  [
    'an address without TLS',
    '{ vault: { address: "http://v.example.com" } }',
    'a.yaml:4:27 bad_value must be an https address such as https://vault.example.com:8200',
  ],
  [
    "a variable of Keywright's own",
    '{ vault: { address: "https://v.example.com", token: { env: KEYWRIGHT_TOKEN } } }',
    'a.yaml:4:66 bad_value must be the name of an environment variable, not one of KEYWRIGHT_…',
  ],
])('connections: %s is refused where it stands', async (_, spec, expected) => {
  expect(await errorsOf(connection(spec))).toEqual([expect.stringContaining(expected)]);
});

test('editors: a deliver entry and a Connection name exactly one type', () => {
  const ajv = new Ajv({ strict: false, validateFormats: false });
  const check = ajv.compile(editorSchema());
  const accepts = (text: string): boolean => check(parse(text.replace(/^---\n/, '')));
  expect(accepts(delivering(`{ ${inVault('company')} }`))).toBe(true);
  expect(accepts(delivering(`{ ${inVault('company')}, file: { path: a } }`))).toBe(false);
  expect(accepts(delivering('{ unverified: true }'))).toBe(false);
  expect(accepts(connection(VAULT))).toBe(true);
  expect(accepts(connection('{ requestsPerSecond: 5 }'))).toBe(false);
});
