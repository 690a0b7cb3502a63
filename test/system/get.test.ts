/** `keywright get` as people of kubectl use it, and what commands say that were asked for nothing. */
import { once } from 'node:events';
import { EXIT } from '../../src/cli/exit.js';
import { ROOT, serve } from '../support/remote-workspace.js';
import { inDotenv, projectYaml, serviceYaml, Workspace, yamlStream } from '../support/workspace.js';

let world: Workspace;
beforeAll(async () => {
  world = new Workspace();
  world.write('keywright.yaml', projectYaml());
  world.write('specs/all.yaml', yamlStream(serviceYaml('billing'), labelled('app'), labelled('other')));
  expect((await world.run('apply --auto-approve')).code).toBe(0);
});
afterAll(() => {
  expect(world.leaks()).toEqual([]);
  world.dispose();
});

const labelled = (name: string, more = ''): string =>
  `apiVersion: keywright.dev/v1\nkind: ApiKey\nmetadata: { name: ${name}, labels: { team: data }${more} }\n` +
  `spec: { environment: development, owner: { service: billing }, ${inDotenv(`secrets/${name}.env`, 'KEY')} }\n`;

const out = async (args: string) => (await world.run(args)).stdout;

test.each(['ApiKey', 'apikey', 'apikeys', 'ApiKeys', 'api-keys'])('%s is a kind', async (kind) => {
  expect(await out(`get ${kind} -o name --select team`)).toBe('ApiKey/app\nApiKey/other\n');
});

test.each(['get apikey/app', 'get apikeys/app', 'get apikey app', 'get app'])(
  '%s names one key',
  async (args) => {
    expect(await out(`${args} -o name`)).toBe('ApiKey/app\n');
  },
);

test('kinds in lower case are understood wherever an object is named', async () => {
  expect((await world.run('explain service/billing')).code).toBe(0);
  expect(await out('export services')).toContain('name: billing');
  expect(await out('audit --object services/billing')).toContain('object.created');
  expect((await world.run('adopt services/billing')).code).toBe(0);
});

test('several may be asked for, each of which has to be there', async () => {
  expect(await out('get apikey app other -o name')).toBe('ApiKey/app\nApiKey/other\n');
  expect(await out('get services apikey/app -o name')).toBe('ApiKey/app\nService/billing\n');
  expect(await world.run('get apikey app nothing')).toMatchObject({ code: EXIT.error, stdout: '' });
});

test('lists have an age; wide ones environment, owner, sinks and labels', async () => {
  const [head = '', first = ''] = (await out('get apikey/app')).split('\n');
  expect(head).toMatch(/^OBJECT +PROJECT +STATE +VERSION +PREFIX +LAST USED +EXPIRES +AGE$/);
  expect(first).toMatch(/ \d+[smh]$/);
  expect((await out('get apikey/app -o wide')).split('\n')[1]).toMatch(
    / development +service:billing +dotenv secrets\/app.env#KEY +team=data +us_key_\w+$/,
  );
});

test('YAML is a document with its status, or a list', async () => {
  const one = await out('get apikey/app -o yaml');
  expect(one).toMatch(/^apiVersion: keywright.dev\/v1\nkind: ApiKey\nmetadata:\n/);
  expect(one).toContain('status:\n');
  expect(await out('get apikeys -o yaml')).toMatch(/^apiVersion: keywright.dev\/v1\nkind: List\nitems:\n/);
});

interface ShownKey {
  readonly status: { readonly id: string; readonly versions: readonly object[] };
}

test('a version of a key has one shape: in get, in explain and on the HTTP API', async () => {
  const { items } = await world.json<{ items: readonly ShownKey[] }>('get apikey/app');
  const { live } = await world.json<{ live: ShownKey }>('explain apikey/app');
  const server = await serve(world);
  try {
    const [{ id, versions } = { id: '', versions: [] }] = items.map(({ status }) => status);
    const headers = { authorization: `Bearer ${ROOT}` };
    const answer = await fetch(`${server.url}/v1/keys/${id}`, { headers });
    const { data } = (await answer.json()) as { data: { versions: readonly object[] } };
    expect(data.versions).toEqual(versions);
    expect(live.status.versions).toEqual(versions);
    expect(versions).toEqual([
      expect.objectContaining({ ...{ version: 1, generation: 1, state: 'current' }, consumers: [] }),
    ]);
    expect(Object.keys(versions[0] ?? {}).sort()).toEqual([
      ...['consumers', 'expiresAt', 'generation', 'id', 'issuedAt', 'lastUsedAt', 'prefix', 'promotedAt'],
      ...['retiringAt', 'revokedAt', 'rotationDueAt', 'state', 'suspendedUntil', 'unclaimed', 'usageCount'],
      'version',
    ]);
  } finally {
    await server.kill();
  }
});

test('only get prints wide lists', async () => {
  expect(await world.run('plan -o wide')).toMatchObject({ code: EXIT.usage });
});

test('watch lists what there is, then what changes, until it is stopped', async () => {
  const watching = world.start('get apikeys --watch --select team=data');
  let text = '';
  watching.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const shows = async (what: RegExp): Promise<void> => {
    while (!what.test(text)) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  await shows(/ApiKey\/other/);
  const before = text.length;
  expect((await world.run('rotate app --auto-approve')).code).toBe(0);
  await shows(/ current +2 |2 current/);
  expect(text.slice(before)).not.toContain('ApiKey/other');
  expect(text.match(/OBJECT/g)).toHaveLength(1);
  watching.kill('SIGINT');
  expect(await once(watching, 'exit')).toEqual([0, null]);
});

describe('nothing', () => {
  test.each([
    ['get --select team=dta', 'Nothing live matches --select "team=dta".\n'],
    ['get guests', 'Nothing live matches guests.\n'],
    ['get apikeys --select team=dta', 'Nothing live matches apikeys --select "team=dta".\n'],
  ])('%s says what was asked for', async (args, stderr) => {
    expect(await world.run(args)).toEqual({ code: 0, stdout: '', stderr });
    expect((await world.json<{ items: unknown }>(args)).items).toEqual([]);
  });

  test('export says what was asked for', async () => {
    expect((await world.run('export guests --select team=dta')).stderr).toContain('guests --select team=dta');
  });

  test.each(['plan', 'drift', 'apply --auto-approve'])(
    '%s with a mistyped label is no agreement',
    async (args) => {
      const { stdout } = await world.run(`${args} --select team=dta`);
      expect(stdout).toContain(
        'NothingSelected: --select team=dta matches no object, neither declared nor live.',
      );
      expect(stdout).not.toMatch(/Everything matches/);
    },
  );

  test('what acts on a mistyped label is refused', async () => {
    expect((await world.run('apply --auto-approve --select team=dta')).code).toBe(EXIT.refused);
    expect((await world.run('plan --detailed-exitcode --select team=dta')).code).toBe(EXIT.refused);
    expect((await world.run('apply --auto-approve --select team=data')).code).toBe(EXIT.done);
  });
});

test('a previous name that is not live is reported, with the one that may have been meant', async () => {
  const annotated = ', annotations: { keywright.dev/previous-name: othr }';
  world.write(
    'specs/all.yaml',
    yamlStream(serviceYaml('billing'), labelled('app'), labelled('renamed', annotated)),
  );
  const { stdout } = await world.run('plan');
  expect(stdout).toContain(
    'warning NotRenamed: ApiKey/renamed is made anew: there is no live ApiKey/othr, which it says it was. Did you mean other?',
  );
});
