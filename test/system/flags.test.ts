/** Flags, the variables that stand for them, what files may be read by whom, and every exit code once. */
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT } from '../../src/cli/exit.js';
import { letLeaseRunOut } from '../support/live-store-of.js';
import { holdUpDeliveries } from '../support/sinks-semaphore.js';
import { inDotenv, keyYaml, projectYaml, serviceYaml, Workspace, yamlStream } from '../support/workspace.js';

let world: Workspace;
beforeEach(() => {
  world = new Workspace();
  world.write('keywright.yaml', projectYaml());
  world.write('specs/billing.yaml', yamlStream(serviceYaml('billing'), keyYaml('app', SINK)));
});
afterEach(() => {
  expect(world.leaks()).toEqual([]);
  world.dispose();
});

const SINK = inDotenv('secrets/app.env', 'APP_KEY');
const token = (): string => world.variable('secrets/app.env', 'APP_KEY');

test('a variable stands for each flag; an empty or negative one counts as unset, and the flag wins', async () => {
  const json = await world.run('plan', { env: { KEYWRIGHT_OUTPUT: 'json' } });
  expect(JSON.parse(json.stdout).kind).toBe('Plan');
  const text = await world.run('plan --output text', { env: { KEYWRIGHT_OUTPUT: 'json' } });
  expect(text.stdout).toMatch(/^Plan: /m);
  const changes = { KEYWRIGHT_DETAILED_EXITCODE: '1' };
  expect((await world.run('plan', { env: changes })).code).toBe(EXIT.changes);
  expect((await world.run('apply', { env: { KEYWRIGHT_AUTO_APPROVE: 'false' } })).code).toBe(EXIT.refused);
  expect((await world.run('apply', { env: { KEYWRIGHT_AUTO_APPROVE: '1' } })).code).toBe(EXIT.done);
});

test('a variable for a flag without a value says yes or no; anything else is refused, not taken for a yes', async () => {
  const applied = async (value: string) => world.run('apply', { env: { KEYWRIGHT_AUTO_APPROVE: value } });
  for (const no of ['no', 'Off', '0']) expect((await applied(no)).code).toBe(EXIT.refused);
  expect(await applied('never')).toMatchObject({
    code: EXIT.usage,
    stderr: 'error: KEYWRIGHT_AUTO_APPROVE is "never": use true or false\n',
  });
  expect(world.exists('.keywright')).toBe(false);
  expect((await applied('yes')).code).toBe(EXIT.done);
});

test('-C goes before or after the command; sinks and store stay in that folder', async () => {
  mkdirSync(join(world.folder, 'inner'));
  world.write('inner/keywright.yaml', projectYaml());
  world.write(
    'inner/specs/keys.yaml',
    yamlStream(serviceYaml('billing'), keyYaml('app', inDotenv('app.env', 'KEY'))),
  );
  const before = await world.run('-C inner plan');
  expect(before).toMatchObject({ code: 0, stderr: '' });
  expect(await world.run('plan -C inner')).toEqual(before);
  expect(await world.run('plan', { env: { KEYWRIGHT_CHDIR: 'inner' } })).toEqual(before);
  expect((await world.run('apply -C inner --auto-approve')).code).toBe(0);
  expect([world.exists('inner/.keywright/store.db'), world.exists('inner/app.env')]).toEqual([true, true]);
  expect(world.exists('.keywright')).toBe(false);
  world.remove('inner');
});

test('--store is enough where no project is needed', async () => {
  await world.run('apply --auto-approve');
  world.remove('keywright.yaml');
  expect((await world.run('get ApiKey/app --store .keywright')).code).toBe(0);
  expect((await world.run('verify --stdin --store .keywright', { input: token() })).code).toBe(0);
  expect((await world.run('audit verify', { env: { KEYWRIGHT_STORE: '.keywright' } })).code).toBe(0);
});

test.each(['--store=', '--chdir=', '--app=', '--token='])(
  '%s, as of an unset variable, is refused',
  async (flag) => {
    const before = readdirSync(world.folder);
    const { code, stderr } = await world.run(`apply --auto-approve ${flag}`);
    expect(code).toBe(EXIT.usage);
    expect(stderr).toContain('The value is empty: set a value, or remove the flag.');
    expect(readdirSync(world.folder)).toEqual(before);
  },
);

test('an object goes by its id as by its name, and a person by their address', async () => {
  await world.run('apply --auto-approve');
  const byName = await world.json<{ items: { status: { id: string } }[] }>('get ApiKey/app');
  const id = byName.items[0]?.status.id ?? '';
  expect(id).toMatch(/^us_key_/);
  expect(await world.json(`get ${id}`)).toEqual(byName);
  expect(await world.json(`explain ApiKey/${id}`)).toMatchObject({
    object: { name: 'app' },
    status: 'converged',
  });
  expect((await world.run(`export ApiKey/${id}`)).stdout).toContain('name: app\n');
  expect(await world.json(`revoke ${id} --now --auto-approve`)).toMatchObject({
    name: 'ApiKey/app',
    changed: true,
  });
  expect((await world.run('get User/owner@localhost')).stdout).toContain('User/owner ');
  expect((await world.run('get us_key_0000000000000000')).code).toBe(EXIT.error);
});

test('colours are for terminals, and not where they are turned off', async () => {
  world.write('specs/more.yaml', keyYaml('more', 'oops: 1'));
  const isColored = async (args: string, env: Readonly<Record<string, string>>): Promise<boolean> =>
    (await world.run(args, { env })).stderr.includes('\u001b[');
  expect(await isColored('plan', {})).toBe(false);
  expect(await isColored('plan', { FORCE_COLOR: '1' })).toBe(true);
  expect(await isColored('plan', { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false);
  expect(await isColored('plan --no-color', { FORCE_COLOR: '1' })).toBe(false);
});

test('whatever the umask, nothing that is written is for others', async () => {
  const before = process.umask(0);
  try {
    await world.run('plan --out plan.json');
    await world.run('apply plan.json');
  } finally {
    process.umask(before);
  }
  const store = readdirSync(join(world.folder, '.keywright')).map((file) => `.keywright/${file}`);
  for (const place of ['plan.json', 'secrets', 'secrets/app.env', '.keywright', ...store])
    expect([place, statSync(join(world.folder, place)).mode & 0o077]).toEqual([place, 0]);
});

test('every exit code means what the table says', async () => {
  const codes = new Map<keyof typeof EXIT, number | null>();
  const meet = async (meaning: keyof typeof EXIT, args: string): Promise<void> => {
    codes.set(meaning, (await world.run(args)).code);
  };
  await meet('usage', 'frobnicate');
  await meet('unreachable', 'get');
  await meet('refused', 'apply');
  await meet('changes', 'plan --detailed-exitcode');
  await meet('done', 'apply --auto-approve');
  await meet('error', 'get ApiKey/other');
  await meet('stale', 'apply --approve 00000000000000000000000000000000');
  world.write('specs/more.yaml', keyYaml('more', inDotenv('secrets/more.env', 'KEY')));
  const letGo = await holdUpDeliveries(world);
  const busy = world.start('apply --auto-approve');
  const gone = new Promise((resolve) => busy.once('close', resolve));
  // Busy with its deliveries, it holds the lease.
  while (!(await world.run('get ApiKey')).stdout.includes(' issued '));
  await meet('locked', 'apply --auto-approve');
  busy.kill('SIGKILL');
  await gone;
  await letGo();
  letLeaseRunOut(world);
  codes.set('partial', await partlyApplied());
  expect(Object.fromEntries(codes)).toEqual(EXIT);
});

/** The place of one key is blocked after the plan was made and before its delivery. */
async function partlyApplied(): Promise<number | null> {
  world.remove('secrets');
  const letGo = await holdUpDeliveries(world);
  const apply = world.start('apply --auto-approve');
  const ended = new Promise<number | null>((resolve) => apply.once('close', (code) => resolve(code)));
  while (!(await world.run('get ApiKey')).stdout.includes('2 issued, 1 '));
  world.write('secrets/app.env/in-the-way', '');
  await letGo();
  const code = await ended;
  world.remove('secrets');
  return code;
}
