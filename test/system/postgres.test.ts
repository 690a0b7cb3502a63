/** A credential's life through the real command, with its store on a PostgreSQL server. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describeWithPostgres, PASSWORD, postgresCluster } from '../support/postgres.js';
import {
  type Ended,
  inDotenv,
  keyYaml,
  projectYaml,
  serviceYaml,
  Workspace,
  yamlStream,
} from '../support/workspace.js';

describeWithPostgres('the command, with a store on a server', () => {
  const cluster = postgresCluster();
  let world: Workspace;
  let address = '';
  const said: Ended[] = [];

  beforeEach(async () => {
    address = await cluster.database();
    world = new Workspace();
    world.write('keywright.yaml', projectYaml(`{ store: "${address}" }`));
    const sink = inDotenv('secrets/app.env', 'APP_KEY');
    world.write('specs/billing.yaml', yamlStream(serviceYaml('billing'), keyYaml('app', sink)));
  });
  afterEach(() => {
    expect(said.filter(({ stdout, stderr }) => (stdout + stderr).includes(PASSWORD))).toEqual([]);
    expect(world.leaks()).toEqual([]);
    world.dispose();
  });

  const run = async (args: string, options?: Parameters<Workspace['run']>[1]): Promise<Ended> => {
    const ended = await world.run(args, options);
    said.push(ended);
    return ended;
  };
  const token = (): string => world.variable('secrets/app.env', 'APP_KEY');
  const isGood = async (key: string) => (await run('verify --stdin', { input: key })).code === 0;

  test('planning creates nothing, neither on the server nor in the working folder', async () => {
    const before = readdirSync(world.folder, { recursive: true });
    expect(await run('plan --detailed-exitcode')).toMatchObject({ code: 2 });
    expect(await run('drift')).toMatchObject({ code: 2 });
    expect((await run('get')).stderr).toMatch(/there is no store in 127\.0\.0\.1:\d+\/store_\d+ yet/);
    expect(readdirSync(world.folder, { recursive: true })).toEqual(before);
    expect(await cluster.sql(address, "select 1 from pg_namespace where nspname = 'keywright'")).toEqual([]);
  });

  test('a key is issued, delivered, verified, revoked manually, found by drift, and healed', async () => {
    expect(await run('apply --auto-approve')).toMatchObject({ code: 0 });
    const first = token();
    expect(await isGood(first)).toBe(true);
    expect(await run('plan --detailed-exitcode')).toMatchObject({ code: 0 });
    expect((await run('apply --auto-approve')).stdout).toMatch(/No changes/);

    expect(await run('revoke app --now --auto-approve')).toMatchObject({ code: 0 });
    expect(await isGood(first)).toBe(false);
    expect(await run('drift')).toMatchObject({ code: 2, stdout: expect.stringContaining('cli:revoke') });

    expect(await run('apply --auto-approve')).toMatchObject({ code: 0 });
    expect(token()).not.toBe(first);
    expect([await isGood(first), await isGood(token())]).toEqual([false, true]);
    expect(await run('drift')).toMatchObject({ code: 0 });
    expect(await run('audit verify')).toMatchObject({ code: 0 });
    expect(await run('rotate app --auto-approve')).toMatchObject({ code: 0 });
    expect(await run('get ApiKey/app')).toMatchObject({ code: 0 });

    const kept = join(world.folder, '.keywright');
    expect(readdirSync(kept)).toEqual(expect.arrayContaining(['master.key', 'reconciler.key']));
    expect(readdirSync(kept)).not.toContain('store.db');
    for (const file of readdirSync(kept))
      expect([file, statSync(join(kept, file)).mode & 0o077]).toEqual([file, 0]);
  });

  test('another machine needs the master key, and with it sees the same store', async () => {
    await run('apply --auto-approve');
    const masterKey = world.read('.keywright/master.key').trim();
    const other = new Workspace();
    try {
      const at = `--store ${address}`;
      const without = await other.run(`verify --stdin ${at}`, { input: token() });
      expect(without).toMatchObject({ code: 1, stderr: expect.stringContaining('master.key is missing') });
      const env = { KEYWRIGHT_MASTER_KEY: masterKey };
      expect(await other.run(`verify --stdin ${at}`, { input: token(), env })).toMatchObject({ code: 0 });
      other.write('keywright.yaml', world.read('keywright.yaml'));
      other.write('specs/billing.yaml', yamlStream(serviceYaml('billing'), serviceYaml('more')));
      expect(await other.run('apply --auto-approve', { env })).toMatchObject({ code: 0 });
      expect(other.exists('.keywright/master.key')).toBe(false);
    } finally {
      other.dispose();
    }
  });

  test('the master key is replaced by one that is given, and only so', async () => {
    await run('apply --auto-approve');
    const KEYWRIGHT_MASTER_KEY = world.read('.keywright/master.key').trim();
    expect(await run('master-key rotate')).toMatchObject({ code: 64 });
    const input = Buffer.alloc(32, 'n').toString('base64');
    const replaced = await run('master-key rotate --stdin', { input, env: { KEYWRIGHT_MASTER_KEY } });
    expect(replaced).toMatchObject({ code: 0 });
    expect(await run('get')).toMatchObject({ code: 1, stderr: expect.stringContaining('master key') });
    world.write('.keywright/master.key', input);
    expect(await isGood(token())).toBe(true);
  });

  test('exits with 7 while the server is away, and applies when it is back', async () => {
    await cluster.kill();
    const away = await run('apply --auto-approve');
    await cluster.start();
    expect(away).toMatchObject({ code: 7, stderr: expect.stringContaining('does not respond') });
    expect(await run('apply --auto-approve')).toMatchObject({ code: 0 });
  });

  test('an error on the line of the address does not show the password', async () => {
    world.write('keywright.yaml', projectYaml(`{ store: "${address}", sotre: x }`));
    const ended = await run('plan');
    expect(ended.stdout + ended.stderr).toMatch(/sotre/);
    expect((await run('plan --output json')).stdout).toMatch(/sotre/);
  });

  test('help and refusals do not show the password of an address in the environment', async () => {
    const env = { KEYWRIGHT_STORE: address };
    expect((await run('plan --help', { env })).stdout).toMatch(/KEYWRIGHT_STORE/);
    expect((await run('plan --bogus', { env })).code).toBe(64);
    const malformed = { KEYWRIGHT_STORE: address.replace(/\/store_.*/, '') };
    expect(await run('get', { env: malformed })).toMatchObject({ code: 64 });
  });
});
