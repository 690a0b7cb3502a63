/** Ends manually what the documents do not hold any more, and confirming what is not under way. */
import { inDotenv, keyYaml, projectYaml, serviceYaml, Workspace, yamlStream } from '../support/workspace.js';

let world: Workspace;
beforeEach(async () => {
  world = new Workspace();
  world.write('keywright.yaml', projectYaml());
  world.write('specs/billing.yaml', yamlStream(serviceYaml('billing'), keyYaml('app')));
  await world.run('apply --auto-approve');
});
afterEach(() => {
  expect(world.leaks()).toEqual([]);
  world.dispose();
});

test('a key whose declaration was taken away can be ended before its overlap has passed', async () => {
  const { stdout: token } = await world.run('claim app');
  world.write('specs/billing.yaml', serviceYaml('billing'));
  await world.run('apply --auto-approve');
  const verified = () => world.json<{ code: string }>('verify --stdin', { input: token });
  expect(await world.run('revoke app')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      /was removed, and its versions are accepted until .* To end them immediately, use --now/,
    ),
  });
  expect(await verified()).toMatchObject({ code: 'VALID' });
  expect(await world.json('revoke app --now --auto-approve')).toMatchObject({ changed: true });
  expect(await verified()).toMatchObject({ code: 'REVOKED' });
  expect(await world.json('revoke app --now --auto-approve')).toMatchObject({ changed: false });
  expect((await world.run('revoke other --now')).stderr).toContain('there is no live ApiKey/other');
});

test('a hand-over that is not under way is not confirmed', async () => {
  expect(await world.run('acknowledge app')).toMatchObject({
    code: 0,
    stdout: 'ApiKey/app has no version other than version 1, so there is nothing to confirm.\n',
  });
  expect((await world.run('audit')).stdout).not.toContain('key.acknowledged');
});

test('a key that was removed and is accepted still is listed as Terminating, with its end', async () => {
  world.dispose();
  world = new Workspace();
  world.write('keywright.yaml', projectYaml());
  const key = keyYaml('app', `${inDotenv('secrets/a.env', 'APP')}, rotation: { every: 90d, overlap: 4s }`);
  world.write('specs/all.yaml', yamlStream(serviceYaml('billing'), keyYaml('other'), key));
  expect(await world.run('apply --auto-approve')).toMatchObject({ code: 0 });
  const token = world.variable('secrets/a.env', 'APP');
  world.write('specs/all.yaml', yamlStream(serviceYaml('billing'), keyYaml('other')));
  expect(await world.run('apply --auto-approve')).toMatchObject({ code: 0 });
  const end = /ApiKey\/app +\(removed\) +Terminating +(\S+)/.exec((await world.run('get')).stdout)?.[1] ?? '';
  expect((await world.run('get ApiKey/app')).stdout).toContain(end);
  const { items } = JSON.parse((await world.run('get ApiKey --output json')).stdout);
  expect(items).toContainEqual({
    kind: 'ApiKey',
    metadata: { name: 'app' },
    status: { phase: 'Terminating', endsAt: end },
  });
  expect(await world.run('verify --stdin', { input: token })).toMatchObject({ code: 0 });
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, Date.parse(end) - Date.now() + 50)));
  expect(await world.run('verify --stdin', { input: token })).toMatchObject({ code: 1 });
  expect((await world.run('get')).stdout).not.toContain('ApiKey/app');
});

test('the secret of a removed key leaves its sinks at the end, and what else is in them stays', async () => {
  world.dispose();
  world = new Workspace();
  world.write('keywright.yaml', projectYaml());
  const rotation = 'rotation: { every: 90d, overlap: 1s }';
  const inFile = (path: string) => `deliver: [{ file: { path: ${path} } }], ${rotation}`;
  const kept = keyYaml('kept', inFile('secrets/kept')).replace(
    'name: kept',
    'name: kept, annotations: { keywright.dev/keep-delivered: "true" }',
  );
  const all = [
    keyYaml('app', `${inDotenv('secrets/a.env', 'APP')}, ${rotation}`),
    keyYaml('whole', inFile('secrets/whole')),
    kept,
    keyYaml('left', inFile('secrets/left')),
  ];
  world.write('secrets/a.env', '# ours\nOTHER=1\n');
  world.write('specs/all.yaml', yamlStream(serviceYaml('billing'), keyYaml('stays'), ...all));
  expect(await world.run('apply --auto-approve')).toMatchObject({ code: 0 });
  expect(world.sinkFiles()).toHaveLength(4);
  world.write('specs/all.yaml', yamlStream(serviceYaml('billing'), keyYaml('stays')));
  expect(await world.run('apply --auto-approve')).toMatchObject({ code: 0 });
  expect(world.read('secrets/a.env')).toContain('APP=sk_test_');
  world.write('secrets/left', 'somebody wrote this');
  await new Promise((resolve) => setTimeout(resolve, 1_100));

  const { steps } = await world.json<{ steps: { action: string; reason: string }[] }>('plan');
  expect(steps.map(({ action, reason }) => `${action} ${reason}`)).toEqual(
    Array(2).fill('withdraw RemovedKeyEnded'),
  );
  expect(await world.run('apply --auto-approve')).toMatchObject({ code: 0 });
  expect(world.read('secrets/a.env')).toBe('# ours\nOTHER=1\n');
  expect([...world.sinkFiles()].sort()).toEqual(['secrets/a.env', 'secrets/kept', 'secrets/left']);
  expect(await world.run('drift')).toMatchObject({ code: 0 });
});
