/** House rules for keys in keywright.yaml: those of the constructs, for documents. */
import { load, specFolder } from '../support/spec-folder.js';

const project = (policy: string, defaults: string): string =>
  `apiVersion: keywright.dev/v1\nkind: Project\nmetadata: { name: acme }\nspec: { policy: ${policy}, defaults: ${defaults} }\n`;

const key = (owner: string, more = ''): string =>
  `kind: ApiKey\nmetadata: { name: app }\nspec:\n  environment: production\n  owner: ${owner}\n${more}`;

const SERVICE = '{ service: billing }';
const rotatedEvery = (every: string): string => `  rotation:\n    every: ${every}\n`;

async function errorsOf(policy: string, document: string, defaults = '{}'): Promise<readonly string[]> {
  const { errors } = await load(
    specFolder({ 'keywright.yaml': project(policy, defaults), 'specs/a.yaml': document }),
  );
  return errors.map(({ position, message }) => `${position.line}:${position.column} ${message}`);
}

test.each([
  ['forbidPersonalKeys: true', '{ user: ada@example.com }', 'user:ada@example.com'],
  ['requireOwner: service', '{ user: ada@example.com }', 'user:ada@example.com'],
  ['requireOwner: service', '{ team: data }', 'team:data'],
  ['requireOwner: service', '{ tenant: true }', 'tenant'],
])('%s refuses the owner %s, at its place', async (policy, owner, named) => {
  expect(await errorsOf(`{ ${policy} }`, key(owner))).toEqual([
    `5:10 the key is owned by ${named}, and the project has policy.${policy.replace(': true', '')}`,
  ]);
});

test.each([
  ['forbidPersonalKeys: true', '{ team: data }'],
  ['forbidPersonalKeys: false', '{ user: ada@example.com }'],
  ['requireOwner: any', '{ tenant: true }'],
  ['requireOwner: service', SERVICE],
])('%s takes the owner %s', async (policy, owner) => {
  expect(await errorsOf(`{ ${policy} }`, key(owner))).toEqual([]);
});

test('requireRotation refuses keys that are rotated too rarely, or not at all', async () => {
  const policy = '{ requireRotation: 30d }';
  expect(await errorsOf(policy, key(SERVICE))).toEqual([
    '3:1 the key is not rotated, and the project requires it at least every 30d (policy.requireRotation)',
  ]);
  expect(await errorsOf(policy, key(SERVICE, rotatedEvery('90d')))).toEqual([
    '7:12 the key is rotated every 90d, and the project requires it at least every 30d (policy.requireRotation)',
  ]);
  expect(await errorsOf(policy, key(SERVICE, rotatedEvery('720h')))).toEqual([]);
  expect(await errorsOf(policy, key(SERVICE), '{ rotation: { every: 7d } }')).toEqual([]);
});

test('what is not a policy is an error, with the nearest', async () => {
  expect(await errorsOf('{ forbidPersonalKey: true }', key(SERVICE))).toEqual([
    expect.stringContaining('unknown field "forbidPersonalKey"'),
  ]);
});
