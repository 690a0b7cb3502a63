/** What documents declare is there for Flatfile's client, and what is changed there is drift: real commands, a real server. */
import type { ChildProcess } from 'node:child_process';
import { FlatfileClient } from '@flatfile/api';
import { projectYaml, Workspace, yamlStream } from '../support/workspace.js';

const SPACE =
  'kind: Space\nmetadata: { name: onboarding }\nspec: { environment: production, workbooks: [contacts] }\n';
const ADA = 'kind: User\nmetadata: { name: ada }\nspec: { email: ada@example.com, name: Ada }\n';

let world: Workspace;
let server: ChildProcess | undefined;
beforeEach(() => {
  world = new Workspace();
  world.write('keywright.yaml', projectYaml());
  world.write('specs/all.yaml', yamlStream(SPACE, ADA));
});
afterEach(() => {
  server?.kill('SIGKILL');
  world.remove('.keywright/root-token');
  expect(world.leaks()).toEqual([]);
  world.dispose();
});

async function client(): Promise<FlatfileClient> {
  const child = world.start('serve --listen 127.0.0.1:0');
  server = child;
  const url = await new Promise<string>((resolve, reject) => {
    let printed = '';
    child.once('exit', () => reject(new Error(printed)));
    child.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk.toString('utf8');
      const found = /http:\/\/[\d.:]+/.exec(printed)?.[0];
      if (found !== undefined && printed.includes('root-token')) resolve(found);
    });
  });
  return new FlatfileClient({ environment: `${url}/v1`, token: world.read('.keywright/root-token').trim() });
}

interface Drift {
  readonly steps: readonly {
    readonly action: string;
    readonly object: { readonly kind: string; readonly name: string };
    readonly cause?: { readonly actor: string; readonly path: string };
  }[];
}

test('reconciled objects are there for the client; what it changes of them is drift that names who did it, and apply undoes', async () => {
  expect((await world.run('apply --auto-approve')).code).toBe(0);
  const api = await client();
  const [space] = (await api.spaces.list()).data;
  const ada = (await api.users.list({ email: 'ada@example.com' })).data[0];
  expect([space?.name, ada?.name]).toEqual(['onboarding', 'Ada']);
  expect((await api.workbooks.list({ spaceId: space?.id ?? '' })).data.map(({ name }) => name)).toEqual([
    'contacts',
  ]);

  await api.spaces.update(space?.id ?? '', { name: 'Welcome!', metadata: { theme: {} } });
  await api.spaces.archiveSpace(space?.id ?? '');
  expect((await world.run('drift')).code).toBe(0);

  await api.workbooks.create({ name: 'Orders', spaceId: space?.id ?? '' });
  await api.users.update(ada?.id ?? '', { name: 'Somebody' });
  const drift = await world.run('drift --output json');
  expect(drift.code).toBe(2);
  const { steps } = JSON.parse(drift.stdout) as Drift;
  expect(steps.map(({ action, object }) => `${action} ${object.kind}/${object.name}`).sort()).toEqual([
    'update Space/onboarding',
    'update User/ada',
  ]);
  for (const { cause } of steps)
    expect(cause).toMatchObject({ actor: 'User/owner', path: expect.stringMatching(/^http:/) });

  expect((await world.run('apply --auto-approve')).code).toBe(0);
  expect((await world.run('drift')).code).toBe(0);
  expect((await api.users.get(ada?.id ?? '')).data.name).toBe('Ada');
  expect((await api.workbooks.list({ spaceId: space?.id ?? '' })).data.map(({ name }) => name)).toEqual([
    'contacts',
  ]);
  expect((await api.spaces.get(space?.id ?? '')).data).toMatchObject({
    name: 'Welcome!',
    metadata: { theme: {} },
  });
});

test('what the client makes is never removed by a project, and a removed object that is declared comes back', async () => {
  expect((await world.run('apply --auto-approve')).code).toBe(0);
  const api = await client();
  const [space] = (await api.spaces.list()).data;
  await api.spaces.create({ name: 'By hand', environmentId: space?.environmentId ?? '' });
  await api.spaces.delete(space?.id ?? '');
  expect((await world.run('drift')).code).toBe(2);
  expect((await world.run('apply --auto-approve')).code).toBe(0);
  expect((await api.spaces.list()).data.map(({ name }) => name)).toEqual(['By hand', 'onboarding']);
});
