/** Connections to AWS and GitHub, and what is delivered through them: what a document may say of them. */

import { loadProject } from '../../src/documents/load.js';
import { validate } from '../../src/documents/validate.js';
import { line, loadText, specFolder } from '../support/spec-folder.js';
import { keyYaml } from '../support/workspace.js';

const connection = (name: string, spec: string): string =>
  `apiVersion: keywright.dev/v1\nkind: Connection\nmetadata: { name: ${name} }\nspec: ${spec}\n`;

const OTHERS = [
  'apiVersion: keywright.dev/v1\nkind: Service\nmetadata: { name: billing }\nspec: {}\n',
  connection('aws', '{ aws: { region: eu-west-1, environment: true } }'),
  connection('gh', '{ github: { token: { env: GH_TOKEN } } }'),
];

const errorsOf = async (...documents: readonly string[]): Promise<readonly string[]> =>
  (await loadText([...OTHERS, ...documents].join('---\n'))).errors.map((one) =>
    line(one).replace(/^\S+ /, ''),
  );

const delivering = (sink: string, name = 'a'): string => keyYaml(name, `deliver: [${sink}]`);

const toGithub = (target: string, fields = 'API_KEY: key'): string =>
  `{ github-actions: { connection: gh, ${target}, fields: { ${fields} } } }`;

const toAws = (secret: string, by = 'aws', field = 'api_key'): string =>
  `{ aws-secrets-manager: { connection: ${by}, secret: ${secret}, fields: { ${field}: key } } }`;

test('connections: every way to credentials of AWS and GitHub is accepted', async () => {
  const found = await errorsOf(
    connection('a', '{ aws: { region: us-gov-west-1, container: true } }'),
    connection(
      'b',
      '{ aws: { region: cn-north-1, process: [./credentials, --json], endpoint: "http://127.0.0.1:1" } }',
    ),
    connection(
      'c',
      '{ aws: { region: ap-southeast-2, webIdentity: { roleArn: "arn:aws:iam::123456789012:role/path/keywright", tokenFile: /run/token } } }',
    ),
    connection(
      'd',
      '{ github: { api: "https://github.example.com/api/v3", app: { id: 1, installation: 2, privateKey: { file: app.pem } } } }',
    ),
    delivering(
      `${toAws('shop/billing')}, ${toGithub('repository: acme/shop, environment: "EU / west"')}, ${toGithub('organization: acme')}`,
    ),
  );
  expect(found).toEqual([]);
});

test.each([
  ['{ aws: { region: eu-west-1 } }', 'name exactly one of environment, container, webIdentity, process'],
  ['{ aws: { region: eu-west-1, environment: true, container: true } }', 'name exactly one of environment'],
  ['{ aws: { region: Ireland, environment: true } }', 'a region such as eu-west-1'],
  ['{ aws: { region: eu-west-1, environment: true, endpoint: "http://example.com" } }', 'an https address'],
  ['{ aws: { region: eu-west-1, environment: false } }', 'must be true'],
  ['{ aws: { region: eu-west-1, process: [] } }', 'must not be empty'],
  ['{ github: {} }', 'name exactly one of token and app'],
  [
    '{ github: { token: { env: A }, app: { id: 1, installation: 2, privateKey: { env: B } } } }',
    'name exactly one of',
  ],
  ['{ github: { token: { env: KEYWRIGHT_TOKEN } } }', 'not one of KEYWRIGHT_'],
  ['{ github: { token: ghp_in-the-document } }', 'must be a mapping, not text'],
])('connections: %s is an error that says what is expected', async (spec, message) => {
  const found = await errorsOf(connection('x', spec));
  expect(found).toEqual([expect.stringContaining(message)]);
});

test.each([
  [toGithub('repository: acme/shop, organization: acme'), 'name exactly one of repository and organization'],
  [
    '{ github-actions: { connection: gh, fields: { A: key } } }',
    'name exactly one of repository and organization',
  ],
  [toGithub('organization: acme, environment: production'), 'an environment is one of a repository'],
  [toGithub('repository: acme/shop', 'A: key, B: key'), 'GitHub writes one at a time'],
  [toGithub('repository: acme/shop', 'api_key: key'), 'api_key'],
  [toAws('shop', 'aws', '"a,b"'), 'a,b'],
  [toGithub('repository: acme/shop', 'GITHUB_TOKEN: key'), 'GITHUB_TOKEN'],
  [toGithub('repository: acme/..'), 'a repository such as acme/shop'],
  [toGithub('repository: shop'), 'a repository such as acme/shop'],
  [toGithub('repository: acme/shop, environment: ".."'), 'the name of an environment'],
  [toAws('"arn:aws:secretsmanager:eu-west-1:1:secret:x"'), 'the name of a secret such as shop/billing'],
  [toAws('"a#b"'), 'the name of a secret such as shop/billing'],
])('deliver: %s is an error that says what is wrong', async (sink, message) => {
  const found = await errorsOf(delivering(sink));
  expect(found.join('\n')).toContain(message);
});

test('deliver: the connection is one to the service, and there', async () => {
  const problems = async (sink: string): Promise<string> => {
    const folder = specFolder({ 'specs/a.yaml': [...OTHERS, delivering(sink)].join('---\n') });
    const project = await loadProject(folder);
    if (!project.ok) throw new Error('the project is right');
    const result = await validate(project.value, { paths: [] });
    return result.ok ? '' : result.error.map(line).join('\n');
  };
  expect(await problems(toAws('shop'))).toBe('');
  expect(await problems(toAws('shop', 'gh'))).toContain(
    'Connection/gh is one to github; this needs one to aws',
  );
  expect(await problems(toAws('shop', 'nowhere'))).toContain('nowhere');
});

test('deliver: one secret is delivered to once, however it is spelled', async () => {
  const twice = (first: string, second: string, ...more: readonly string[]) =>
    errorsOf(...more, delivering(first, 'a'), delivering(second, 'b'));
  const [upper, lower] = [toGithub('repository: Acme/Shop'), toGithub('repository: acme/shop')];
  expect(await twice(upper, lower)).toEqual([expect.stringContaining('sink_conflict')]);
  expect(await twice(lower, toGithub('repository: acme/shop, environment: prod'))).toEqual([]);
  expect(await twice(toAws('shop/billing'), toAws('shop/billing', 'aws', 'api_key_2'))).toEqual([]);
  expect(await twice(toAws('shop/billing'), toAws('shop/billing'))).toEqual([
    expect.stringContaining('sink_conflict'),
  ]);
  const other = connection('aws-2', '{ aws: { region: eu-west-1, container: true } }');
  expect(await twice(toAws('shop/billing'), toAws('shop/billing', 'aws-2'), other)).toEqual([
    expect.stringContaining('sink_conflict'),
  ]);
});
