/** `keywright run`, the real command: what it does by itself, and what it rightly leaves alone. */
import { execFileSync } from 'node:child_process';
import { renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ControllerProcess, eventually } from '../support/controller-process.js';
import { holdUpDeliveries } from '../support/sinks-semaphore.js';
import { inDotenv, keyYaml, projectYaml, serviceYaml, Workspace, yamlStream } from '../support/workspace.js';

const SINK = inDotenv('secrets/app.env', 'APP');

let world: Workspace;
let started: ControllerProcess[];

beforeEach(() => {
  started = [];
  world = new Workspace();
  world.write('keywright.yaml', projectYaml());
  world.write('specs/app.yaml', yamlStream(serviceYaml('billing'), keyYaml('app', SINK)));
});
afterEach(async () => {
  for (const one of started) await one.stop();
  expect(world.leaks()).toEqual([]);
  world.dispose();
});

function run(args = ''): ControllerProcess {
  const controller = new ControllerProcess(world, args);
  started.push(controller);
  return controller;
}

const token = (name = 'APP'): string =>
  world.exists('secrets/app.env') ? world.variable('secrets/app.env', name) : '';
const isGood = async (key: string): Promise<boolean> =>
  (await world.run('verify --stdin --store .keywright', { input: key })).code === 0;
const path = (file: string): string => join(world.folder, file);

interface Entry {
  readonly at: string;
  readonly action: string;
  readonly object: string;
}

const audit = async (object: string): Promise<readonly Entry[]> => {
  const { stdout } = await world.run('audit export');
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Entry)
    .filter((entry) => entry.object === object);
};

describe('D5: documents', () => {
  test('that are edited are applied within two seconds', async () => {
    await run().settled();
    const tookMs: number[] = [];
    for (const name of ['second', 'third', 'fourth']) {
      world.write(`specs/${name}.yaml`, keyYaml(name, inDotenv('secrets/app.env', name.toUpperCase())));
      const since = performance.now();
      await eventually(
        () => `${name} is delivered`,
        () => token(name.toUpperCase()) !== '',
      );
      tookMs.push(performance.now() - since);
      expect(await isGood(token(name.toUpperCase()))).toBe(true);
    }
    expect(Math.min(...tookMs)).toBeLessThan(2_000);
  });

  test('that are broken stop everything, say where, and continue when they are mended', async () => {
    const controller = run();
    await controller.settled();
    const good = token();
    const whole = world.read('specs/app.yaml');
    for (const [broken, line] of [
      [`${whole}---\nkind: [`, 11],
      [whole.slice(0, whole.indexOf('owner:')), 9],
      [whole.replace('deliver', 'delivr'), 9],
    ] as const) {
      world.write('specs/app.yaml', broken);
      const { failing } = await controller.until('broken', (status) => status.failing !== null);
      expect(failing).toMatchObject({ error: { code: 'invalid_documents' } });
      expect(failing?.problems[0]).toMatchObject({ file: 'specs/app.yaml', line });
      expect((await controller.page('/readyz'))?.status).toBe(503);
      expect(await isGood(good)).toBe(true);
      world.write('specs/app.yaml', whole);
      await controller.settled();
    }
    expect((await audit('ApiKey/app')).map(({ action }) => action)).toEqual([
      'object.created',
      'key.issued',
      'key.promoted',
    ]);
  });

  test('that are emptied remove nothing, and the status says which guard refuses', async () => {
    const controller = run();
    await controller.settled();
    world.write('specs/app.yaml', '');
    const { lastPass } = await controller.until(
      'refused',
      (status) => (status.lastPass?.findings.length ?? 0) > 0,
    );
    expect(lastPass?.findings).toMatchObject([{ code: 'EmptiedConfiguration' }]);
    expect(await isGood(token())).toBe(true);
    expect((await world.run('get')).stdout).toContain('Service/billing');
  });

  test('whose folder goes away and comes back remove nothing, and the status says so meanwhile', async () => {
    const controller = run();
    await controller.settled();
    renameSync(path('specs'), path('moved'));
    const { failing } = await controller.until('gone', (status) => status.failing !== null);
    expect(failing?.error).toMatchObject({
      code: 'invalid_documents',
      message: expect.stringContaining('specs'),
    });
    renameSync(path('moved'), path('specs'));
    await controller.settled();
    world.write('specs/more.yaml', serviceYaml('more'));
    await controller.until('applied', (status) => status.lastPass?.summary.unchanged === 3);
    expect((await audit('ApiKey/app')).some(({ action }) => action === 'object.deleted')).toBe(false);
  });

  test('that cannot be read stop everything, and continue when they can', async () => {
    const controller = run();
    await controller.settled();
    const whole = world.read('specs/app.yaml');
    for (const spoil of [
      () => writeFileSync(path('specs/app.yaml'), Buffer.from([0xff, 0xfe, 0x00])),
      () => {
        world.remove('specs/app.yaml');
        symlinkSync('nowhere.yaml', path('specs/app.yaml'));
      },
    ]) {
      spoil();
      const { failing } = await controller.until('unreadable', (status) => status.failing !== null);
      expect(JSON.stringify(failing?.problems)).toContain('specs/app.yaml');
      expect(await isGood(token())).toBe(true);
      world.remove('specs/app.yaml');
      world.write('specs/app.yaml', whole);
      await controller.settled();
    }
    expect((await audit('ApiKey/app')).some(({ action }) => action === 'object.deleted')).toBe(false);
  });

  test('that move from one file to another in two steps remove nothing, and what is taken away does go', async () => {
    const controller = run();
    world.write('specs/other.yaml', yamlStream(...['one', 'two', 'three'].map((name) => keyYaml(name))));
    await controller.settled();
    const key = keyYaml('app', SINK);
    world.write('specs/app.yaml', serviceYaml('billing'));
    await controller.until('the removal is waited with', ({ lastPass }) =>
      (lastPass?.withheld ?? []).some(({ reason }) => reason === 'DocumentsChanging'),
    );
    world.write('specs/moved.yaml', key);
    await controller.settled();
    const actions = async () => (await audit('ApiKey/app')).map(({ action }) => action);
    expect(await actions()).not.toContain('object.deleted');

    world.remove('specs/moved.yaml');
    await eventually(
      () => controller.log(),
      async () => (await actions()).includes('object.deleted'),
    );
  });

  test('of a branch are followed commit by commit, and the last good one stays while the branch is away', async () => {
    const remote = path('remote');
    const git = (...args: readonly string[]) =>
      execFileSync('git', ['-C', remote, '-c', 'user.name=ada', '-c', 'user.email=a@example.com', ...args], {
        encoding: 'utf8',
      });
    const commit = (): string => {
      git('add', '--all');
      git('commit', '--quiet', '-m', 'change');
      return git('rev-parse', 'HEAD').trim();
    };
    world.write('remote/keywright.yaml', world.read('keywright.yaml'));
    world.write('remote/specs/app.yaml', world.read('specs/app.yaml'));
    world.remove('keywright.yaml');
    world.remove('specs');
    execFileSync('git', ['init', '--quiet', '--initial-branch=main', remote]);
    const first = commit();

    const controller = run(`--git ${remote} --branch main --interval 1s`);
    expect((await controller.settled()).lastPass?.commit).toBe(first);
    expect(await isGood(token())).toBe(true);

    world.write('remote/specs/more.yaml', keyYaml('more', inDotenv('secrets/app.env', 'MORE')));
    const second = commit();
    await controller.until('the next commit', ({ lastPass }) => lastPass?.commit === second);
    await eventually(
      () => controller.log(),
      () => token('MORE') !== '',
    );

    renameSync(remote, path('away'));
    await eventually(
      () => controller.log(),
      () => controller.entries().some(({ event }) => event === 'branch'),
    );
    expect((await controller.settled()).lastPass?.commit).toBe(second);
    expect(world.exists('.keywright/store.db')).toBe(true);
  });

  test('of a branch that was never fetched in this run are not applied, whatever was fetched before', async () => {
    const remote = path('remote');
    world.write('remote/keywright.yaml', world.read('keywright.yaml'));
    world.write('remote/specs/app.yaml', world.read('specs/app.yaml'));
    world.remove('keywright.yaml');
    world.remove('specs');
    const git = (...args: readonly string[]) =>
      execFileSync('git', ['-C', remote, '-c', 'user.name=ada', '-c', 'user.email=a@example.com', ...args]);
    execFileSync('git', ['init', '--quiet', '--initial-branch=main', remote]);
    git('add', '--all');
    git('commit', '--quiet', '-m', 'change');
    const first = run(`--git ${remote} --branch main`);
    await first.settled();
    await first.stop();
    world.write('remote/specs/more.yaml', keyYaml('more', inDotenv('secrets/app.env', 'MORE')));
    git('add', '--all');
    git('commit', '--quiet', '-m', 'more');

    for (const args of [`--git ${remote} --branch mian`, `--git ${path('nope')} --branch main`]) {
      const controller = run(args);
      const { role, lastPass, failing } = await controller.until(
        'failing',
        (status) => status.failing !== null,
      );
      expect([role, lastPass, failing?.error.code]).toEqual(['starting', null, 'source_unavailable']);
      expect((await controller.page('/readyz'))?.status).toBe(503);
      expect(controller.log()).not.toContain('last good commit');
      await controller.stop();
    }
    renameSync(remote, path('away'));
    const offline = run(`--git ${remote} --branch main`);
    await offline.until('failing', (status) => status.failing !== null);
    expect((await offline.page('/readyz'))?.status).toBe(503);
    renameSync(path('away'), remote);
    await offline.until('fetched', ({ lastPass }) => lastPass?.commit !== undefined);
    await eventually(
      () => offline.log(),
      () => token('MORE') !== '',
    );
  }, 90_000);
});

describe('a key revoked manually', () => {
  test('is healed within a second where drift is healed', async () => {
    await run('--drift heal').settled();
    const tookMs: number[] = [];
    for (let time = 0; time < 3; time++) {
      const before = token();
      expect((await world.run('revoke app --now --auto-approve')).code).toBe(0);
      await eventually(
        () => 'another version is delivered',
        () => token() !== before,
      );
      expect(await isGood(token())).toBe(true);
      expect(await isGood(before)).toBe(false);
      const entries = await audit('ApiKey/app');
      const last = (action: string) => Date.parse(entries.findLast((one) => one.action === action)?.at ?? '');
      tookMs.push(last('key.promoted') - last('key.revoked'));
    }
    expect(Math.min(...tookMs)).toBeLessThan(1_000);
  });

  test('is reported and left alone where drift is reported, until a person applies', async () => {
    const controller = run();
    await controller.settled();
    const before = token();
    await world.run('revoke app --now --auto-approve');
    const { lastPass } = await controller.until(
      'reported',
      (status) => (status.lastPass?.withheld.length ?? 0) > 0,
    );
    expect(lastPass?.withheld).toMatchObject([
      { object: { name: 'app' }, reason: 'ChangedManually', cause: { path: 'cli:revoke' } },
    ]);
    expect(await (await controller.page('/metrics'))?.text()).toContain('keywright_drift 1\n');
    world.write('specs/more.yaml', keyYaml('more', inDotenv('secrets/app.env', 'MORE')));
    await eventually(
      () => controller.log(),
      () => token('MORE') !== '',
    );
    expect([token(), await isGood(before)]).toEqual([before, false]);

    expect((await world.run('apply --auto-approve')).code).toBe(0);
    expect(await isGood(token())).toBe(true);
    await controller.until('agreed', (status) => status.lastPass?.withheld.length === 0);
  });
});

test('an environment that requires approval waits for the digest that the status names, and the rest continues', async () => {
  world.write('keywright.yaml', projectYaml('{ guard: { requireApproval: [production] } }'));
  const inProduction = keyYaml('prod', inDotenv('secrets/app.env', 'PROD')).replace(
    'development',
    'production',
  );
  world.write('specs/prod.yaml', inProduction);
  const controller = run();
  const { lastPass } = await controller.until(
    'the rest is done',
    (status) => status.lastPass?.result === 'unchanged' && status.lastPass.withheld.length > 0,
  );
  expect(lastPass).toMatchObject({ approvals: ['production'], withheld: [{ reason: 'ApprovalRequired' }] });
  expect([await isGood(token()), token('PROD')]).toEqual([true, '']);
  expect((await world.run('apply --auto-approve')).code).toBe(3);
  expect((await world.run(`apply --approve ${lastPass?.digest}`)).code).toBe(0);
  expect(await isGood(token('PROD'))).toBe(true);
  await controller.until('nothing waits', (status) => status.lastPass?.withheld.length === 0);
});

describe('stopping', () => {
  /** A new key has been issued and its delivery is held up when the signal arrives. Gives what lets it go. */
  async function stoppingWhileItDelivers(signal: 'SIGINT' | 'SIGTERM'): Promise<() => Promise<void>> {
    await run().settled();
    const letGo = await holdUpDeliveries(world);
    world.write('specs/more.yaml', keyYaml('more', inDotenv('secrets/app.env', 'MORE')));
    await eventually(
      () => 'issued',
      async () => (await audit('ApiKey/more')).length >= 2,
    );
    started[0]?.signal(signal);
    await eventually(
      () => 'stopping',
      () => started[0]?.log().includes('"stopping"') ?? false,
    );
    return letGo;
  }

  test('ends with 0, and gives the leases back, so that the next one need not wait for them', async () => {
    const first = run();
    await first.settled();
    first.signal('SIGTERM');
    expect(await first.ended).toEqual({ code: 0, signal: null });
    const second = run();
    await second.settled();
    expect(second.entries().some(({ event }) => event === 'standing-by')).toBe(false);
    second.signal('SIGINT');
    expect(await second.ended).toEqual({ code: 0, signal: null });
    expect((await world.run('apply --auto-approve')).code).toBe(0);
  });

  test('finishes the deliveries that are under way', async () => {
    const letGo = await stoppingWhileItDelivers('SIGTERM');
    await letGo();
    expect(await started[0]?.ended).toEqual({ code: 0, signal: null });
    expect(token('MORE')).not.toBe('');
    const again = run();
    await again.settled();
    expect((await audit('ApiKey/more')).map(({ action }) => action)).toEqual([
      'object.created',
      'key.issued',
      'key.promoted',
    ]);
  });

  test('at once, when it is asked for twice; the next one takes up what was begun', async () => {
    const letGo = await stoppingWhileItDelivers('SIGINT');
    started[0]?.signal('SIGINT');
    expect(await started[0]?.ended).toEqual({ code: 130, signal: null });
    await letGo();
    await run().settled();
    expect(await isGood(token('MORE'))).toBe(true);
    expect((await audit('ApiKey/more')).filter(({ action }) => action === 'key.issued')).toHaveLength(1);
  });
});

test('what is wrong from the start is said at once', async () => {
  const usage = [
    'run --interval 10ms',
    'run --interval 0s',
    'run --interval 30d',
    'run --drift always',
    'run --branch main',
    'run --listen nowhere',
    'run --git --upload-pack=true',
  ];
  for (const args of usage) expect([args, (await world.run(args)).code]).toEqual([args, 64]);
  world.write('keywright.yaml', 'kind: [');
  expect(await world.run('run')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('keywright.yaml:1'),
  });
  world.remove('keywright.yaml');
  expect(await world.run('run')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('keywright init'),
  });
});
