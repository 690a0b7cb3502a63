/** `keywright get sinks`: what every sink holds now, told apart. */
import { parse } from 'yaml';
import { EXIT } from '../../src/cli/exit.js';
import { inDotenv, projectYaml, serviceYaml, Workspace, yamlStream } from '../support/workspace.js';

let world: Workspace;
beforeAll(async () => {
  world = new Workspace();
  world.write('keywright.yaml', projectYaml());
  world.write(
    'specs/all.yaml',
    yamlStream(serviceYaml('billing'), CONNECTIONS, ...['held', 'gone', 'edited', 'swapped'].map(keyYaml)),
  );
  expect((await world.run('apply --auto-approve')).code).toBe(0);
  world.write('secrets/gone.env', '# nothing\n');
  world.write('secrets/edited.env', 'KEY=something-else\n');
  const held = world.read('secrets/held.env');
  world.write('secrets/swapped.env', held);
});
afterAll(() => world.dispose());

/** Its credential is there, and nothing may show it. */
const TOKEN = 'hvs.a-value-that-is-nowhere-shown';
const CONNECTIONS = `apiVersion: keywright.dev/v1
kind: Connection
metadata: { name: vault, labels: { team: data } }
spec: { vault: { address: https://vault.example.com:8200, token: { env: VAULT_TOKEN } }, requestsPerSecond: 20 }
---
apiVersion: keywright.dev/v1
kind: Connection
metadata: { name: company }
spec: { github: { token: { file: secrets/github.token } } }
`;

const keyYaml = (name: string): string =>
  `apiVersion: keywright.dev/v1\nkind: ApiKey\nmetadata: { name: ${name}, labels: { is: ${name} } }\n` +
  `spec: { environment: development, owner: { service: billing }, ${inDotenv(`secrets/${name}.env`, 'KEY')} }\n`;

test('get sinks: each sink with what it holds', async () => {
  const { code, stdout } = await world.run('get sinks');
  expect(code).toBe(EXIT.done);
  const lines = stdout.split('\n');
  expect(lines[0]).toMatch(/^TYPE +SINK +KEY +VERSION +STATE +LAST CONFIRMED +CONNECTION$/);
  const of = (name: string) => lines.find((line) => line.includes(`secrets/${name}.env`)) ?? '';
  expect(of('held')).toMatch(/ApiKey\/held +1 +held +20/);
  expect(of('gone')).toMatch(/ApiKey\/gone +missing /);
  expect(of('edited')).toMatch(/ApiKey\/edited +edited /);
  expect(of('swapped')).toMatch(/ApiKey\/swapped +taken over by ApiKey\/held /);
});

test('get sinks: as JSON, by label, and by name', async () => {
  const { stdout } = await world.run('get sinks --select is=gone --output json');
  expect(JSON.parse(stdout)).toMatchObject({
    kind: 'SinkList',
    items: [
      {
        ...{ type: 'dotenv', sink: 'dotenv:secrets/gone.env#KEY', version: null, state: 'missing' },
        ...{ key: { kind: 'ApiKey', name: 'gone' }, connection: null },
      },
    ],
  });
  expect((await world.run('get sinks --select is=held -o name')).stdout).toBe(
    'dotenv:secrets/held.env#KEY\n',
  );
  expect((await world.run('get sinks billing')).code).toBe(EXIT.usage);
});

describe('get connections', () => {
  const asked = async (more: string) => {
    const done = await world.run(`get connections ${more}`.trim(), { env: { VAULT_TOKEN: TOKEN } });
    expect([done.code, done.stderr]).toEqual([EXIT.done, '']);
    for (const secret of [TOKEN, 'ghp_nowhere-shown']) expect(done.stdout).not.toContain(secret);
    return done.stdout;
  };
  beforeAll(() => world.write('secrets/github.token', 'ghp_nowhere-shown'));

  test('lists them, and nothing else', async () => {
    const lines = (await asked('')).trimEnd().split('\n');
    expect(lines[0]).toMatch(/^OBJECT +PROJECT +STATE /);
    expect(lines.slice(1).map((line) => line.split(/ +/).slice(0, 3))).toEqual([
      ['Connection/company', 'acme', 'live'],
      ['Connection/vault', 'acme', 'live'],
    ]);
  });

  test('-o wide says where each leads to, by which references, and its labels', async () => {
    const wide = await asked('-o wide');
    expect(wide).toMatch(/^OBJECT .* CONNECTION +CREDENTIALS +/);
    const of = (name: string) =>
      wide.split('\n').find((line) => line.startsWith(`Connection/${name} `)) ?? '';
    expect(of('vault')).toMatch(/ vault https:\/\/vault\.example\.com:8200 +env VAULT_TOKEN .*team=data/);
    expect(of('company')).toMatch(/ github https:\/\/api\.github\.com +file secrets\/github\.token /);
  });

  test('as JSON and YAML they are their documents: references, and no value', async () => {
    const { items } = JSON.parse(await asked('-o json'));
    expect(items).toMatchObject([
      {
        ...{ kind: 'Connection', metadata: { name: 'company' } },
        spec: { github: { token: { file: 'secrets/github.token' } } },
      },
      {
        ...{ kind: 'Connection', metadata: { name: 'vault' } },
        spec: { vault: { token: { env: 'VAULT_TOKEN' } }, requestsPerSecond: 20 },
      },
    ]);
    expect(parse(await asked('-o yaml'))).toEqual({ ...JSON.parse(await asked('-o json')) });
    expect(parse(await asked('--select team=data -o yaml'))).toMatchObject(items[1]);
    expect(await asked('-o name')).toBe('Connection/company\nConnection/vault\n');
  });
});

test('drift: tells what each sink holds instead, in text, JSON and Markdown', async () => {
  const { stdout: text } = await world.run('drift');
  expect(text).toContain('dotenv secrets/gone.env#KEY: missing');
  expect(text).toContain('dotenv secrets/edited.env#KEY: edited');
  expect(text).toContain('dotenv secrets/swapped.env#KEY: taken over by ApiKey/held');
  const { differences } = JSON.parse((await world.run('drift --output json')).stdout);
  const gone = differences.find(({ object }: { object: { name: string } }) => object.name === 'gone');
  expect(gone.sinks).toEqual([{ sink: 'dotenv:secrets/gone.env#KEY', state: 'missing' }]);
  expect((await world.run('drift --output markdown')).stdout).toContain('missing');
});
