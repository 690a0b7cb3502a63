/** A credential's life through the real command, as a user and a pipeline would drive it. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../support/controller-process.js';
import { inDotenv, keyYaml, projectYaml, serviceYaml, Workspace, yamlStream } from '../support/workspace.js';

interface PlanJson {
  readonly digest: string;
  readonly basedOn: { readonly desired: string; readonly observed: string };
  readonly summary: Readonly<Record<string, number>>;
  readonly steps: readonly {
    readonly action: string;
    readonly reason: string;
    readonly cause?: { actor: string; path: string };
  }[];
  readonly findings: readonly { readonly code: string; readonly severity: string }[];
  readonly waiting: readonly { readonly reason: string; readonly until?: string }[];
}

const SINK = inDotenv('secrets/app.env', 'APP_KEY');

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

const token = (): string => world.variable('secrets/app.env', 'APP_KEY');
const isGood = async (key: string): Promise<boolean> =>
  (await world.run('verify --stdin', { input: key })).code === 0;

test('planning creates nothing, and the same plan twice is the same plan', async () => {
  const before = readdirSync(world.folder, { recursive: true });
  const first = await world.json<PlanJson>('plan');
  const second = await world.json<PlanJson>('plan');
  await world.run('drift');
  expect({ ...first, now: '' }).toEqual({ ...second, now: '' });
  expect((await world.run('plan')).stdout).toBe((await world.run('plan')).stdout);
  expect(first.summary).toMatchObject({ create: 2, issue: 1, delete: 0 });
  expect(readdirSync(world.folder, { recursive: true })).toEqual(before);
});

test('apply issues and delivers a key that verifies; afterwards nothing is left to do', async () => {
  const applied = await world.run('apply --auto-approve');
  expect(applied).toMatchObject({ code: 0 });
  expect(statSync(join(world.folder, 'secrets/app.env')).mode & 0o777).toBe(0o600);
  expect(await isGood(token())).toBe(true);
  expect((await world.run('plan --detailed-exitcode')).code).toBe(0);
  expect((await world.run('drift')).code).toBe(0);
  expect((await world.run('apply --auto-approve')).stdout).toMatch(/No changes/);
});

test('everything in the store folder is for its owner only', async () => {
  await world.run('apply --auto-approve');
  const store = join(world.folder, '.keywright');
  expect(statSync(store).mode & 0o777).toBe(0o700);
  for (const file of readdirSync(store))
    expect([file, statSync(join(store, file)).mode & 0o077]).toEqual([file, 0]);
});

test('a key of one environment is refused in another, and a fresh store has development and production (F5)', async () => {
  await world.run('apply --auto-approve');
  const answer = await world.json<{ code: string }>('verify --stdin --environment production', {
    input: token(),
  });
  expect(answer.code).toBe('WRONG_ENVIRONMENT');
  const { items } = await world.json<{
    items: { kind: string; metadata: { name: string }; spec: { isProd?: boolean } }[];
  }>('get');
  const environments = items
    .filter(({ kind }) => kind === 'Environment')
    .map(({ metadata, spec }) => [metadata.name, spec.isProd]);
  expect(environments).toEqual([
    ['development', false],
    ['production', true],
  ]);
  const keys = items.filter(({ kind }) => kind === 'ApiKey').map(({ metadata }) => metadata.name);
  expect(keys).toEqual(['app', 'development-pk', 'development-sk', 'production-pk', 'production-sk']);
});

test('a key revoked manually is drift that names who did it, and apply issues it anew', async () => {
  await world.run('apply --auto-approve');
  const old = token();
  const env = { KEYWRIGHT_ACTOR: 'mallory@laptop' };
  expect((await world.run('revoke app --now --auto-approve', { env })).code).toBe(0);
  expect(await isGood(old)).toBe(false);
  const drift = await world.run('drift --output json');
  expect(drift.code).toBe(2);
  expect(JSON.parse(drift.stdout).steps[0].cause).toMatchObject({
    actor: 'mallory@laptop',
    path: 'cli:revoke',
  });
  expect((await world.run('apply --auto-approve')).code).toBe(0);
  expect(token()).not.toBe(old);
  expect(await isGood(token())).toBe(true);
  expect(await isGood(old)).toBe(false);
});

test('a deleted sink is found and gets a new version, while the old one is still accepted', async () => {
  await world.run('apply --auto-approve');
  const old = token();
  world.remove('secrets/app.env');
  const plan = await world.json<PlanJson>('plan');
  expect(plan.steps[0]?.reason).toBe('SinkMissing');
  await world.run('apply --auto-approve');
  expect(await isGood(token())).toBe(true);
  expect(await isGood(old)).toBe(true);
  expect(token()).not.toBe(old);
});

test('a rotation keeps both versions until the hand-over is proven, then ends the old one', async () => {
  const rotation = 'rotation: { every: 30d, overlap: 1s, handover: timed }';
  world.write(
    'specs/billing.yaml',
    yamlStream(serviceYaml('billing'), keyYaml('app', `${rotation}, ${SINK}`)),
  );
  await world.run('apply --auto-approve');
  const old = token();
  expect((await world.run('rotate app --auto-approve')).code).toBe(0);
  const next = token();
  expect([await isGood(old), await isGood(next)]).toEqual([true, true]);
  const { waiting } = await world.json<PlanJson>('plan');
  expect(waiting[0]?.reason).toBe('Settling');
  await new Promise((resolve) => setTimeout(resolve, Date.parse(waiting[0]?.until ?? '') - Date.now() + 50));
  expect((await world.run('apply --auto-approve')).code).toBe(0);
  expect([await isGood(old), await isGood(next)]).toEqual([false, true]);
  expect((await world.run('plan --detailed-exitcode')).code).toBe(0);
});

test('an acknowledged hand-over ends the old version once a consumer holds the new one', async () => {
  const rotation = 'rotation: { overlap: 1s, handover: acknowledged }';
  world.write(
    'specs/billing.yaml',
    yamlStream(serviceYaml('billing'), keyYaml('app', `${rotation}, ${SINK}`)),
  );
  await world.run('apply --auto-approve');
  const old = token();
  await world.run('rotate app --auto-approve');
  expect((await world.run('acknowledge app --stdin --auto-approve', { input: old })).code).toBe(1);
  expect((await world.run('acknowledge app --auto-approve')).code).toBe(0);
  await new Promise((resolve) => setTimeout(resolve, 6_200));
  await world.run('apply --auto-approve');
  expect([await isGood(old), await isGood(token())]).toEqual([false, true]);
});

test('a key without a sink waits, sealed, and is shown once', async () => {
  world.write('specs/billing.yaml', yamlStream(serviceYaml('billing'), keyYaml('report')));
  await world.run('apply --auto-approve');
  const plan = await world.json<PlanJson>('plan');
  expect(plan.steps).toEqual([]);
  expect(plan.waiting.map(({ reason }) => reason)).toEqual(['Unclaimed']);
  const claimed = await world.run('claim report');
  expect(claimed.code).toBe(0);
  expect(await isGood(claimed.stdout.trim())).toBe(true);
  const again = await world.run('claim report');
  expect(again).toMatchObject({ code: 1, stdout: '' });
});

test('taking a declaration away ends the key after its overlap, enforced by verifiers alone', async () => {
  const rotation = 'rotation: { overlap: 8s, handover: timed }';
  world.write(
    'specs/billing.yaml',
    yamlStream(serviceYaml('billing'), keyYaml('app', `${rotation}, ${SINK}`)),
  );
  await world.run('apply --auto-approve');
  const old = token();
  world.write('specs/billing.yaml', serviceYaml('billing'));
  const removed = await world.run('apply --auto-approve');
  expect(removed).toMatchObject({ code: 0 });
  expect(await isGood(old)).toBe(true);
  await eventually(
    () => 'the key ends',
    async () => !(await isGood(old)),
  );
  // Its secret is of no use any more: the next apply takes it out of the sink.
  expect((await world.run('plan --detailed-exitcode')).code).toBe(2);
  expect(await world.run('apply --auto-approve')).toMatchObject({ code: 0 });
  expect(world.read('secrets/app.env')).not.toContain(old);
  expect((await world.run('plan --detailed-exitcode')).code).toBe(0);
});

test('an emptied configuration removes nothing unless given how many', async () => {
  await world.run('apply --auto-approve');
  world.remove('specs/billing.yaml');
  const refused = await world.run('apply --auto-approve');
  expect(refused.code).toBe(3);
  expect(refused.stdout + refused.stderr).toMatch(/EmptiedConfiguration/);
  expect(await isGood(token())).toBe(true);
  expect((await world.run('plan --detailed-exitcode')).code).toBe(3);
  expect((await world.run('apply --auto-approve --allow-removals 2')).code).toBe(0);
});

test('a saved plan is carried out as it was made, and refused once documents or store have moved', async () => {
  await world.run('plan --out plan.json');
  world.write('specs/more.yaml', serviceYaml('other'));
  expect((await world.run('apply plan.json')).code).toBe(4);
  expect(world.exists('.keywright')).toBe(false);
  world.remove('specs/more.yaml');
  expect((await world.run('apply plan.json')).code).toBe(0);
  expect((await world.run('apply plan.json')).code).toBe(4);
  world.remove('secrets/app.env');
  await world.run('plan --out plan.json');
  await world.run('revoke app --now --auto-approve');
  expect((await world.run('apply plan.json')).code).toBe(4);
});

test('an environment that requires approval takes a saved plan or the digest, not --auto-approve', async () => {
  world.write('keywright.yaml', projectYaml('{ guard: { requireApproval: [development] } }'));
  const refused = await world.run('apply --auto-approve');
  expect(refused.code).toBe(3);
  expect(refused.stderr).toMatch(/--approve [0-9a-f]{32}/);
  expect(world.exists('.keywright')).toBe(false);
  expect((await world.run('apply --approve 00000000000000000000000000000000')).code).toBe(4);
  const { digest } = await world.json<PlanJson>('plan');
  expect((await world.run(`apply --approve ${digest}`)).code).toBe(0);
});

test('a protected key is not removed', async () => {
  const text = keyYaml('app', SINK).replace(
    '{ name: app }',
    '{ name: app, annotations: { keywright.dev/protect: "true" } }',
  );
  world.write('specs/billing.yaml', yamlStream(serviceYaml('billing'), text));
  await world.run('apply --auto-approve');
  world.write('specs/billing.yaml', serviceYaml('billing'));
  expect((await world.run('apply --auto-approve')).code).toBe(3);
  expect(await isGood(token())).toBe(true);
});

test('two projects in one store leave each other alone', async () => {
  await world.run('apply --auto-approve');
  const other = new Workspace();
  other.write(
    'keywright.yaml',
    projectYaml(`{ store: ${join(world.folder, '.keywright')} }`).replace('acme', 'other'),
  );
  other.write('specs/keys.yaml', yamlStream(serviceYaml('billing'), serviceYaml('reports')));
  const applied = await other.run('apply --auto-approve');
  expect(applied.code).toBe(3);
  expect(applied.stdout).toMatch(/OwnedByAnotherProject/);
  expect((await world.run('plan --detailed-exitcode')).code).toBe(0);
  expect(await isGood(token())).toBe(true);
  expect((await world.run('get Service/reports')).code).toBe(0);
  other.dispose();
});

test('the master key can be replaced; issued keys stay good', async () => {
  await world.run('apply --auto-approve');
  const before = world.read('.keywright/master.key');
  expect((await world.run('master-key rotate')).code).toBe(0);
  expect(world.read('.keywright/master.key')).not.toBe(before);
  expect(await isGood(token())).toBe(true);
  world.write('.keywright/master.key', before);
  expect((await world.run('get')).code).toBe(1);
});

test('the audit log tells the story in order and its chain holds', async () => {
  await world.run('apply --auto-approve');
  expect((await world.run('audit verify')).code).toBe(0);
  const { stdout } = await world.run('audit export --object ApiKey/app');
  const entries = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(entries.map(({ action }) => action)).toEqual(['object.created', 'key.issued', 'key.promoted']);
  const events = await world.run('audit export --format cloudevents');
  expect(JSON.parse(events.stdout.split('\n')[0] ?? '')).toMatchObject({
    specversion: '1.0',
    subject: 'Environment/development',
  });
});
