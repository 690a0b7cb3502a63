/**
 * More than one command at a time, and commands that are stopped half way. An apply is met half way by
 * holding up its deliveries: it has the lease and has issued, and waits for its turn at the sinks.
 */
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { holdUpDeliveries } from '../support/sinks-semaphore.js';
import { inDotenv, keyYaml, projectYaml, serviceYaml, Workspace, yamlStream } from '../support/workspace.js';

/** More than an apply has under way at once, so that some of its steps have not begun. */
const NAMES = Array.from({ length: 40 }, (_, nth) => `app-${nth}`);

let world: Workspace;
beforeEach(async () => {
  world = new Workspace();
  world.write('keywright.yaml', projectYaml());
  world.write('specs/old.yaml', yamlStream(serviceYaml('billing'), keyYaml('old', deliveredTo('old'))));
  expect((await world.run('apply --auto-approve')).code).toBe(0);
  world.write('specs/new.yaml', yamlStream(...NAMES.map((name) => keyYaml(name, deliveredTo(name)))));
});
afterEach(() => {
  expect(world.leaks()).toEqual([]);
  world.dispose();
});

const deliveredTo = (name: string): string => inDotenv(`secrets/${name}.env`, 'KEY');

test('of two applies one says who is at it and until when; nothing is done twice', async () => {
  const { letGo, apply } = await halfWay();
  const second = await world.run('apply --auto-approve --lock-timeout 0s');
  expect(second).toMatchObject({ code: 6, stdout: '' });
  expect(second.stderr).toMatch(
    /^keywright: \S+, process \d+ on \S+, holds the lease of this store since \d{4}-\S+Z, until \d{4}-\S+Z unless it renews it; wait longer with --lock-timeout, or stop that process\n$/,
  );
  await letGo();
  expect(await apply.ended).toEqual({ code: 0, signal: null });
  await expectConvergedOnce();
});

test('a second apply waits for the first, says for which process, and follows it', async () => {
  const { letGo, apply } = await halfWay();
  const short = await world.run('apply --auto-approve --lock-timeout 1s');
  expect(short.code).toBe(6);
  const second = world.run('apply --auto-approve');
  await sleep(1_000);
  await letGo();
  expect((await apply.ended).code).toBe(0);
  const { code, stderr } = await second;
  expect(code).toBe(0);
  expect(stderr).toMatch(
    new RegExp(
      `^Waiting up to 10s for \\S+ \\(process ${apply.child.pid} on \\S+\\), which holds the lease of this store since \\d{4}-\\S+Z\\.$`,
      'm',
    ),
  );
  await expectConvergedOnce();
});

test.each(['apply --auto-approve', 'rotate old --auto-approve'])(
  'after kill -9 the lease of an apply is taken over at once by %s',
  async (command) => {
    const { letGo, apply } = await halfWay();
    apply.child.kill('SIGKILL');
    await apply.ended;
    await letGo();
    const next = await world.run(`${command} --lock-timeout 0s`);
    expect(next.stderr).not.toContain('lease');
    expect(next.code).toBe(0);
    expect((await world.run('apply --auto-approve')).code).toBe(0);
  },
);

test('a lock timeout that is no duration is an error of usage', async () => {
  const { code, stderr } = await world.run('apply --lock-timeout soon');
  expect([code, stderr]).toEqual([64, expect.stringContaining('--lock-timeout must be a duration')]);
});

test('a key can be revoked at once while an apply is at work', async () => {
  const { letGo, apply } = await halfWay();
  const old = world.variable('secrets/old.env', 'KEY');
  expect((await world.run('revoke old --now --auto-approve')).code).toBe(0);
  expect((await world.run('verify --stdin', { input: old })).code).toBe(1);
  await letGo();
  expect((await apply.ended).code).toBe(0);
  expect((await world.run('verify --stdin', { input: old })).code).toBe(1);
});

test('an interrupted apply finishes what is under way, says what it left, and the next one completes it', async () => {
  const { letGo, apply } = await halfWay('--output json');
  apply.child.kill('SIGINT');
  await until(() =>
    apply.printed().includes('SIGINT: finishing the current step; signal again to stop immediately'),
  );
  await letGo();
  expect((await apply.ended).code).toBe(5);
  const report = JSON.parse(apply.printed().slice(apply.printed().indexOf('{')));
  const statuses = new Set(report.results.map(({ status }: { status: string }) => status));
  expect(report).toMatchObject({ kind: 'Report', summary: { failed: 0 } });
  expect(statuses).toEqual(new Set(['succeeded', 'not-attempted']));
  expect((await world.run('apply --auto-approve')).code).toBe(0);
  await expectConvergedOnce();
});

test('a second interruption ends an apply at once, and the next one completes it', async () => {
  const { letGo, apply } = await halfWay();
  apply.child.kill('SIGINT');
  await until(() => apply.printed().includes('signal again to stop immediately'));
  apply.child.kill('SIGINT');
  expect((await apply.ended).code).toBe(130);
  await letGo();
  await untilLeaseIsFree();
  await expectConvergedOnce();
});

test('an apply that was frozen for longer than its lease does no harm when it wakes', async () => {
  const { letGo, apply } = await halfWay();
  apply.child.kill('SIGSTOP');
  await letGo();
  await untilLeaseIsFree();
  const before = world.delivered();
  apply.child.kill('SIGCONT');
  expect((await apply.ended).code).toBe(6);
  expect(apply.printed()).toMatch(/the lease .*\(lease_lost\)/);
  expect(world.delivered()).toEqual(before);
  await expectConvergedOnce();
});

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  printed(): string;
}

/** An apply that has issued its first keys and cannot deliver them until let go. */
async function halfWay(flags = ''): Promise<{ readonly apply: Running; letGo(): Promise<void> }> {
  const letGo = await holdUpDeliveries(world);
  const child = world.start(`apply --auto-approve ${flags}`.trim());
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      printed += chunk.toString('utf8');
    });
  const ended: Running['ended'] = new Promise((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal })),
  );
  await until(async () => (await world.run('get ApiKey')).stdout.includes(' issued '));
  return { apply: { child, ended, printed: () => printed }, letGo };
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let looks = 0; looks < 1_000; looks++) {
    if (await isSo()) return;
    await sleep(10);
  }
  throw new Error('it never came to that');
}

/** Applies until another process's lease has run out and this apply is done. */
const untilLeaseIsFree = (): Promise<void> =>
  until(async () => {
    const { code, stderr } = await world.run('apply --auto-approve --lock-timeout 0s');
    if (code !== 6) expect([code, stderr]).toEqual([0, '']);
    else await sleep(300);
    return code === 0;
  });

async function expectConvergedOnce(): Promise<void> {
  expect((await world.run('plan --detailed-exitcode')).code).toBe(0);
  const { stdout } = await world.run('audit export');
  const issued = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ action }) => action === 'key.issued')
    .map(({ object, detail }) => `${object} ${detail.generation}`)
    .filter((text) => /^ApiKey\/(app|old)/.test(text));
  expect(issued.sort()).toEqual([...NAMES, 'old'].map((name) => `ApiKey/${name} 1`).sort());
  expect(world.delivered()).toHaveLength(NAMES.length + 1);
}
