/** Every command against `keywright serve`, the real processes: `--store http://…` is a store like any other. */
import { ControllerProcess, eventually } from '../support/controller-process.js';
import { balancer, ROOT, type Served, serve, until } from '../support/remote-workspace.js';
import {
  type Ended,
  inDotenv,
  keyYaml,
  projectYaml,
  serviceYaml,
  Workspace,
  yamlStream,
} from '../support/workspace.js';

let behind: Workspace;
let world: Workspace;
let servers: Served[];
const ends: (() => Promise<void>)[] = [];
const said: Ended[] = [];

beforeEach(() => {
  servers = [];
  said.length = 0;
  behind = new Workspace();
  behind.write('keywright.yaml', projectYaml());
  world = new Workspace();
  world.write('keywright.yaml', projectYaml());
  const sink = inDotenv('secrets/app.env', 'APP_KEY');
  world.write('specs/billing.yaml', yamlStream(serviceYaml('billing'), keyYaml('app', sink)));
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  for (const server of servers) await server.kill();
  expect(said.filter(({ stdout, stderr }) => (stdout + stderr).includes(ROOT))).toEqual([]);
  expect([...world.leaks(), ...behind.leaks()]).toEqual([]);
  world.dispose();
  behind.dispose();
});

async function start(more = ''): Promise<Served> {
  const server = await serve(behind, more);
  servers.push(server);
  return server;
}

/** The command in the working folder, with the store at `url`. */
const commandAt =
  (url: string) =>
  async (args: string, options: Parameters<Workspace['run']>[1] = {}): Promise<Ended> => {
    const env = { KEYWRIGHT_STORE: url, KEYWRIGHT_TOKEN: ROOT, ...options.env };
    const ended = await world.run(args, { ...options, env });
    said.push(ended);
    return ended;
  };

const token = (): string => world.variable('secrets/app.env', 'APP_KEY');

test('a key is planned, issued, delivered, verified, rotated, revoked, healed, explained and exported', async () => {
  const run = commandAt((await start()).url);
  expect(await run('plan --detailed-exitcode')).toMatchObject({ code: 2 });
  expect(world.exists('.keywright')).toBe(false);
  expect(await run('plan --out plan.json')).toMatchObject({ code: 0 });
  expect(await run('apply plan.json --auto-approve')).toMatchObject({ code: 0 });
  expect(await run('plan --detailed-exitcode')).toMatchObject({ code: 0 });
  const first = token();
  expect(await run('verify --stdin', { input: first })).toMatchObject({ code: 0 });
  expect(await run('rotate app --auto-approve')).toMatchObject({ code: 0 });
  expect(token()).not.toBe(first);
  expect(await run('revoke app --now --auto-approve')).toMatchObject({ code: 0 });
  expect(await run('verify --stdin', { input: token() })).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/REVOKED/),
  });
  expect(await run('drift')).toMatchObject({
    code: 2,
    stdout: expect.stringMatching(/by User\/owner through http:cli:revoke/),
  });
  expect(await run('apply --auto-approve')).toMatchObject({ code: 0 });
  expect(await run('drift')).toMatchObject({ code: 0 });
  expect((await run('explain app')).stdout).toMatch(/version 3 {2}current/);
  expect((await run('get ApiKey/app')).stdout).toMatch(/ current +3 |3 current/);
  expect((await run('export')).stdout).toMatch(/name: app/);
  expect((await run('claim production-sk')).stdout).toMatch(/^sk_live_/);
  expect(await run('claim production-sk')).toMatchObject({ code: 1 });
  expect(await run('audit verify')).toMatchObject({ code: 0 });
  expect((await run('audit export')).stdout).toMatch(/"key.issued"/);
  expect(await run('get --store http://127.0.0.1:1')).toMatchObject({ code: 7 });
  expect(await run('get', { env: { KEYWRIGHT_TOKEN: 'wrong' } })).toMatchObject({ code: 1 });
  expect(await run('backup all.db')).toMatchObject({ code: 64 });
});

test('the flags of an address are the variables of the same names', async () => {
  const { url } = await start();
  const flags = `--store ${url} --token ${ROOT}`;
  expect(await world.run(`get ${flags}`)).toMatchObject({ code: 0 });
  expect(await world.run(`get --store http://192.0.2.1:1 --token ${ROOT}`)).toMatchObject({
    code: 64,
    stderr: expect.stringMatching(/--insecure-http/),
  });
  world.write('keywright.yaml', projectYaml(`{ store: "${url}" }`));
  expect(await world.run('plan', { env: { KEYWRIGHT_TOKEN: ROOT } })).toMatchObject({ code: 0 });
  expect((await world.run('plan --help', { env: { KEYWRIGHT_TOKEN: ROOT } })).stdout).not.toContain(ROOT);
});

const KEYS = 120;

function writeFleet(): void {
  const keys = Array.from({ length: KEYS }, (_, at) =>
    keyYaml(`key-${at}`, inDotenv(`secrets/${at % 4}.env`, `KEY_${at}`)),
  );
  world.write('specs/fleet.yaml', yamlStream(...keys));
}

/** What is there in the end: one version of each key, delivered, and good. */
async function converged(run: ReturnType<typeof commandAt>): Promise<void> {
  expect(await run('plan --detailed-exitcode')).toMatchObject({ code: 0 });
  const { stdout } = await run('audit export');
  const issued = stdout.split('\n').filter((line) => /"key.issued".*ApiKey\/key-/.test(line));
  expect(issued.length).toBe(KEYS);
  expect(world.delivered().length).toBe(KEYS + 1);
  for (const at of [0, 57, KEYS - 1]) {
    const input = world.variable(`secrets/${at % 4}.env`, `KEY_${at}`);
    expect(await run('verify --stdin', { input })).toMatchObject({ code: 0 });
  }
  expect(await run('audit verify')).toMatchObject({ code: 0 });
}

test('an apply continues when one of two servers is killed in the middle, and does nothing twice', async () => {
  const [first, second] = [await start(), await start()];
  const front = await balancer([first.port, second.port]);
  ends.push(() => front.stop());
  const run = commandAt(front.url);
  writeFleet();
  const applying = run('apply --auto-approve');
  await until(() => world.delivered().length > 5);
  await first.kill();
  expect(await applying).toMatchObject({ code: 0 });
  await converged(run);
});

test('an apply whose only server is killed says what it left undone, and the next one finishes it', async () => {
  const first = await start();
  const front = await balancer([first.port]);
  ends.push(() => front.stop());
  const run = commandAt(front.url);
  writeFleet();
  const applying = run('apply --auto-approve');
  await until(() => world.delivered().length > 5);
  await first.kill();
  const ended = await applying;
  expect([1, 5, 6]).toContain(ended.code);
  front.ports = [(await start()).port];
  // The lease of the one that was cut off runs out by itself.
  await until(async () => (await run('apply --auto-approve')).code === 0);
  await converged(run);
});

test('run is woken by what happens in the store, also after its server was away', async () => {
  const first = await start();
  const front = await balancer([first.port]);
  ends.push(() => front.stop());
  const run = commandAt(front.url);
  const controller = new ControllerProcess(world, `--drift heal --store ${front.url} --token ${ROOT}`);
  ends.push(() => controller.stop());
  await controller.settled();
  const [one] = [token()];
  expect(await run('revoke app --now --auto-approve')).toMatchObject({ code: 0 });
  await eventually(
    () => 'healed after a revocation',
    () => token() !== one,
  );
  const two = token();
  await first.kill();
  front.ports = [(await start()).port];
  expect(await run('revoke app --now --auto-approve')).toMatchObject({ code: 0 });
  await eventually(
    () => 'healed after its server was away',
    () => token() !== two,
  );
  expect(await run('verify --stdin', { input: token() })).toMatchObject({ code: 0 });
});
