/** Guards of a project that the store holds, seen from the command line; and who is signed in. */
import { ROOT, serve } from '../support/remote-workspace.js';
import { inDotenv, keyYaml, projectYaml, serviceYaml, Workspace, yamlStream } from '../support/workspace.js';

let world: Workspace;
beforeEach(() => {
  world = new Workspace();
});
afterEach(() => {
  expect(world.leaks()).toEqual([]);
  world.dispose();
});

const GUARDED = projectYaml('{ guard: { requireApproval: [development] } }');
const KEY = keyYaml('app', inDotenv('secrets/app.env', 'APP'));

interface Plan {
  readonly digest: string;
}

async function applied(): Promise<void> {
  world.write('keywright.yaml', GUARDED);
  world.write('specs/all.yaml', yamlStream(serviceYaml('billing'), KEY));
  const { digest } = await world.json<Plan>('plan');
  expect(await world.run(`apply --approve ${digest}`)).toMatchObject({ code: 0 });
}

test('a protected environment: rotate and revoke want more than a flag, and break-glass is written down', async () => {
  await applied();
  for (const command of ['rotate app', 'rotate app --leaked', 'revoke app', 'revoke app --now']) {
    const refused = await world.run(`${command} --auto-approve`);
    expect([command, refused.code]).toEqual([command, 3]);
    expect(refused.stderr).toContain('development requires approval');
  }
  const broken = ['rotate', 'app', '--auto-approve', '--break-glass', 'the key leaked in a ticket'];
  expect(await world.runWith(broken)).toMatchObject({ code: 0 });
  const { stdout } = await world.run('audit export');
  const entries = stdout.split('\n').filter((text) => text.includes('guard.broken'));
  expect(entries).toHaveLength(1);
  expect(entries[0]).toContain('the key leaked in a ticket');
});

test('the guard that was applied last holds, also for documents without it, until that is approved', async () => {
  await applied();
  world.write('keywright.yaml', projectYaml());
  world.write('specs/all.yaml', yamlStream(serviceYaml('billing'), KEY, keyYaml('other')));
  const refused = await world.run('apply --auto-approve');
  expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('the guard would hold less')]);
  const { digest } = await world.json<Plan>('plan');
  expect(await world.run(`apply --approve ${digest}`)).toMatchObject({ code: 0 });
  world.write('specs/all.yaml', yamlStream(serviceYaml('billing'), KEY));
  expect(await world.run('apply --auto-approve')).toMatchObject({ code: 0 });
});

test('sessions: listed, ended one by one and all at once', async () => {
  await applied();
  const server = await serve(world);
  try {
    const session = async (): Promise<string> => {
      const headers = { authorization: `Bearer ${ROOT}` };
      const response = await fetch(`${server.url}/v1/auth`, { method: 'POST', headers });
      return ((await response.json()) as { accessToken: string }).accessToken;
    };
    const status = async (token: string): Promise<number> =>
      (await fetch(`${server.url}/v1/whoami`, { headers: { authorization: `Bearer ${token}` } })).status;
    const [first, second] = [await session(), await session()];
    const remote = { KEYWRIGHT_STORE: server.url, KEYWRIGHT_TOKEN: ROOT };
    const listed = JSON.parse((await world.run('sessions --output json', { env: remote })).stdout) as {
      readonly items: readonly { readonly id: string; readonly holder: string }[];
    };
    expect(listed.items.map(({ holder }) => holder)).toEqual(['User/owner', 'User/owner']);
    const ended = await world.run(`sessions --end ${listed.items[0]?.id} --auto-approve`, { env: remote });
    expect(ended).toMatchObject({ code: 0, stdout: '1 ended.\n' });
    expect([await status(first), await status(second)].sort()).toEqual([200, 401]);
    expect(await world.run('sessions owner --end-all --auto-approve')).toMatchObject({ code: 0 });
    expect([await status(first), await status(second)]).toEqual([401, 401]);
    const third = await session();
    expect(await world.run('sessions --replace-signing-keys --auto-approve')).toMatchObject({ code: 0 });
    expect(await status(third)).toBe(401);
    expect((await world.run('sessions --end x --end-all')).code).toBe(64);
  } finally {
    await server.kill();
  }
}, 60_000);
