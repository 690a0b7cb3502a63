/** Connections to Vault, and what is delivered through them: what a document may say of them. */
import { line, loadText } from '../support/spec-folder.js';
import { keyYaml } from '../support/workspace.js';

const SERVICE = 'apiVersion: keywright.dev/v1\nkind: Service\nmetadata: { name: billing }\nspec: {}\n';
const ADDRESS = 'address: "https://vault.example.com:8200"';

const connection = (spec: string, name = 'vault'): string =>
  `apiVersion: keywright.dev/v1\nkind: Connection\nmetadata: { name: ${name} }\nspec: { vault: { ${spec} } }\n`;

const given = connection(`${ADDRESS}, token: { env: VAULT_TOKEN } `);

const errorsOf = async (...documents: readonly string[]): Promise<readonly string[]> =>
  (await loadText([SERVICE, ...documents].join('---\n'))).errors.map((one) => line(one).replace(/^\S+ /, ''));

test('connections to Vault: every way to sign in is accepted', async () => {
  const ways = [
    'token: { file: secrets/token }, namespace: shop/team-a, caFile: /etc/ssl/vault.pem',
    'appRole: { roleId: 1f2e, secretId: { env: SECRET_ID } }',
    'appRole: { roleId: keywright, secretId: { file: /run/secret-id }, mount: team/approle }',
    'kubernetes: { role: keywright }',
    'kubernetes: { role: keywright, mount: k8s-prod, tokenFile: /run/token }',
    'jwt: { role: keywright, token: { env: CI_JOB_JWT }, mount: gitlab }',
  ];
  expect(await errorsOf(...ways.map((way, nth) => connection(`${ADDRESS}, ${way}`, `v${nth}`)))).toEqual([]);
});

test.each([
  [ADDRESS, 'is missing. Name exactly one of token, appRole, kubernetes, jwt.'],
  [
    `${ADDRESS}, token: { env: A }, jwt: { role: r, token: { env: B } }`,
    'cannot be used together with token',
  ],
  [`${ADDRESS}, token: { env: A, file: b }`, 'either env or file'],
  [`${ADDRESS}, token: { env: KEYWRIGHT_MASTER_KEY }`, 'not one of KEYWRIGHT_'],
  [`${ADDRESS}, token: hvs.secret`, 'must be a mapping'],
  ['address: "http://vault.example.com", token: { env: A }', 'an https address'],
  ['address: "https://user:pass@vault.example.com", token: { env: A }', 'an https address'],
  [`${ADDRESS}, token: { env: A }, namespace: "../root"`, 'a namespace such as'],
  [`${ADDRESS}, kubernetes: { role: r, mount: "x/../../sys" }`, 'a path such as'],
  [`${ADDRESS}, appRole: { roleId: r }`, 'secretId'],
])('connections to Vault: %s is refused', async (spec, message) => {
  const errors = await errorsOf(connection(spec));
  expect(errors.length).toBeGreaterThan(0);
  expect(errors.join('\n')).toContain(message);
  expect(errors.join('\n')).not.toContain('hvs.secret');
});

test.each([
  'mount: "../sys"',
  'mount: secret, path: "a/../b"',
  'mount: secret, path: "a?version=1"',
  'mount: secret, path: "a#b"',
])('sinks in Vault: %s is refused', async (where) => {
  const path = where.includes('path:') ? where : `${where}, path: a`;
  const sink = `{ vault: { connection: vault, ${path}, fields: { api_key: key } } }`;
  const errors = await errorsOf(given, keyYaml('a', `deliver: [${sink}]`));
  expect(errors.join('\n')).toMatch(/a path such as (secret|shop\/billing)/);
});
