/** One store, two machines and their folders: sinks are a machine's own, plans are everybody's. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { ControllerProcess } from '../support/controller-process.js';
import { ROOT, type Served, serve } from '../support/remote-workspace.js';
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
let server: Served;
const checkouts: Checkout[] = [];

class Checkout extends Workspace {
  readonly #machine: string;

  constructor(machine: string) {
    super();
    this.#machine = machine;
    checkouts.push(this);
    this.write('keywright.yaml', projectYaml());
  }

  on(args: string): Promise<Ended> {
    const env = { KEYWRIGHT_STORE: server.url, KEYWRIGHT_TOKEN: ROOT, KEYWRIGHT_MACHINE: this.#machine };
    return this.run(args, { env });
  }

  declare(...documents: readonly string[]): void {
    this.write('specs/all.yaml', yamlStream(...documents));
  }

  token(file = 'secrets/app.env'): string | undefined {
    return this.exists(file) ? this.variable(file, 'KEY') : undefined;
  }
}

beforeEach(async () => {
  behind = new Workspace();
  behind.write('keywright.yaml', projectYaml());
  server = await serve(behind);
});
afterEach(async () => {
  await server.kill();
  for (const world of [behind, ...checkouts.splice(0)]) {
    expect(world.leaks()).toEqual([]);
    world.dispose();
  }
});

const APP = keyYaml('app', `${inDotenv('secrets/app.env', 'KEY')}, rotation: { every: 90d }`);
const DOCUMENTS = [serviceYaml('billing'), APP];

/** What the README's pipeline does: planned and reviewed on one runner, applied on another. */
async function throughPipeline(review: Checkout, deploy: Checkout): Promise<Ended> {
  expect(await review.on('plan --out plan.json --output markdown')).toMatchObject({ code: 0 });
  copyFileSync(join(review.folder, 'plan.json'), join(deploy.folder, 'plan.json'));
  return deploy.on('apply plan.json --auto-approve');
}

const CALM = {
  code: 0,
  stdout: expect.stringContaining('No changes. The live store matches the documents.'),
};

test('a plan made on one machine is applied on another, also when its keys were delivered there before', async () => {
  const [review, deploy] = [new Checkout('runner-1'), new Checkout('runner-2')];
  for (const checkout of [review, deploy]) checkout.declare(...DOCUMENTS);
  expect(await throughPipeline(review, deploy)).toMatchObject({ code: 0 });
  const first = deploy.token();
  expect(first).toMatch(/^sk_test_/);

  for (const checkout of [review, deploy]) {
    expect(await checkout.on('plan')).toMatchObject(CALM);
    expect(await checkout.on('drift')).toMatchObject({ code: 0 });
    expect(await checkout.on('apply --auto-approve')).toMatchObject({ code: 0 });
  }
  expect([review.token(), deploy.token()]).toEqual([undefined, first]);

  const other = keyYaml('other', inDotenv('secrets/other.env', 'KEY'));
  const narrowed = APP.replace('spec: {', 'spec: { permissions: [spaces:read],');
  for (const checkout of [review, deploy]) checkout.declare(serviceYaml('billing'), narrowed, other);
  expect(await throughPipeline(review, deploy)).toMatchObject({ code: 0 });
  expect(deploy.token('secrets/other.env')).toMatch(/^sk_test_/);
  expect(deploy.token()).toBe(first);
  expect(await review.on('drift')).toMatchObject({ code: 0 });
});

test('a saved plan is stale when what its steps need has moved, and not when something else has', async () => {
  const [review, deploy] = [new Checkout('runner-1'), new Checkout('runner-2')];
  for (const checkout of [review, deploy]) checkout.declare(...DOCUMENTS);
  expect(await throughPipeline(review, deploy)).toMatchObject({ code: 0 });
  for (const checkout of [review, deploy])
    checkout.declare(serviceYaml('billing').replace('spec: {}', 'spec: { description: Invoices }'), APP);
  const digests = [];
  for (const checkout of [review, deploy]) {
    expect(await checkout.on('plan --out plan.json')).toMatchObject({ code: 0 });
    digests.push(JSON.parse(checkout.read('plan.json')).digest);
  }
  expect(digests[0]).toBe(digests[1]);

  expect(await deploy.on('rotate app --auto-approve')).toMatchObject({ code: 0 });
  copyFileSync(join(review.folder, 'plan.json'), join(deploy.folder, 'plan.json'));
  expect(await deploy.on('apply plan.json --auto-approve')).toMatchObject({ code: 0 });
  expect(await deploy.on('apply plan.json --auto-approve')).toMatchObject({ code: 4 });
});

test('a second folder on one machine leaves what the first delivered alone, and delivers anew only when asked', async () => {
  const [first, second] = [new Checkout('laptop'), new Checkout('laptop')];
  for (const checkout of [first, second]) checkout.declare(...DOCUMENTS);
  expect(await first.on('apply --auto-approve')).toMatchObject({ code: 0 });
  const token = first.token();
  for (let times = 0; times < 2; times++)
    for (const checkout of [second, first])
      expect(await checkout.on('apply --auto-approve')).toMatchObject({ code: 0 });
  expect([first.token(), second.token()]).toEqual([token, undefined]);

  expect(await second.on('apply --redeliver-here --auto-approve')).toMatchObject({ code: 0 });
  expect(second.token()).toMatch(/^sk_test_/);
  expect(second.token()).not.toBe(token);
  expect(await first.on('apply --auto-approve')).toMatchObject({ code: 0 });
  expect(first.token()).toBe(token);
  // The folder was moved: what holds what was delivered is the sink, wherever it is now.
  first.remove('secrets');
  copyFileSync(join(second.folder, 'secrets/app.env'), join(first.folder, 'app.env'));
  first.write('secrets/app.env', first.read('app.env'));
  first.remove('app.env');
  expect(await first.on('rotate app --auto-approve')).toMatchObject({ code: 0 });
  expect(first.token()).not.toBe(second.token());
});

test('what is due of a key that was delivered elsewhere waits for that machine, says so, and is not whole', async () => {
  const [here, there] = [new Checkout('here'), new Checkout('there')];
  for (const checkout of [here, there]) checkout.declare(...DOCUMENTS);
  expect(await there.on('apply --auto-approve')).toMatchObject({ code: 0 });
  expect(await here.on('revoke app --auto-approve')).toMatchObject({ code: 0 });
  const applied = await here.on('apply --auto-approve');
  expect(applied.code).toBe(5);
  expect(applied.stdout).toMatch(
    /ApiKey\/app waits: SinkElsewhere\. dotenv:secrets\/app\.env#KEY was delivered on there:\/.*\/secrets\/app\.env/,
  );
  expect(await here.on('drift')).toMatchObject({ code: 2 });
  expect(here.exists('secrets/app.env')).toBe(false);
  expect(await there.on('apply --auto-approve')).toMatchObject({ code: 0 });
  expect(await here.on('drift')).toMatchObject({ code: 0 });
});

test('a stand-by in another folder that takes over leaves what the first delivered alone', async () => {
  const [first, second] = [new Checkout('laptop'), new Checkout('laptop')];
  for (const checkout of [first, second]) checkout.declare(...DOCUMENTS);
  const flags = `--drift heal --store ${server.url} --token ${ROOT}`;
  const leader = new ControllerProcess(first, flags);
  await leader.settled();
  const token = first.token();
  expect(token).toMatch(/^sk_test_/);
  const standBy = new ControllerProcess(second, flags);
  await standBy.until('stands by', ({ role }) => role === 'standing-by');
  await leader.stop();
  await standBy.until('leads', ({ role, lastPass }) => role === 'leading' && lastPass !== null);
  for (const checkout of [first, second]) checkout.declare(...DOCUMENTS, serviceYaml('crm'));
  await standBy.until('applied', ({ lastPass }) => lastPass?.summary.unchanged === 3);
  await standBy.stop();
  expect([first.token(), second.token()]).toEqual([token, undefined]);
  expect(await first.on('drift')).toMatchObject({ code: 0 });
});

test('a key whose owner changes is set aside, works on, and is handed over to the new one, also over HTTP', async () => {
  const here = new Checkout('here');
  here.declare(...DOCUMENTS, serviceYaml('crm'));
  expect(await here.on('apply --auto-approve')).toMatchObject({ code: 0 });
  const old = here.token() ?? '';
  here.declare(serviceYaml('crm'), APP.replace('service: billing', 'service: crm'));
  const applied = await here.on('apply --auto-approve');
  expect(applied).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/ApiKey\/app-replaced-[0-9a-f]{8}/),
  });
  expect(here.token()).not.toBe(old);
  const env = { KEYWRIGHT_STORE: server.url, KEYWRIGHT_TOKEN: ROOT };
  for (const input of [old, here.token() ?? ''])
    expect(await here.run('verify --stdin', { input, env })).toMatchObject({ code: 0 });
  expect((await here.on('plan')).stdout).toMatch(/ApiKey\/app-replaced-[0-9a-f]{8} waits: Settling/);
  expect((await here.on('export')).stdout).not.toContain('-replaced-');
  expect(await here.on('acknowledge app --auto-approve')).toMatchObject({ code: 0 });
});
