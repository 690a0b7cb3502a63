/** The lock between processes: exclusive, shared inside a process, and gone with a killed one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FileLock, openFileLock } from '../../src/adapters/file-lock.js';
import { ok } from '../../src/domain/result.js';

let folder: string;
let lock: FileLock;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kw-lock-'));
  lock = openFileLock(join(folder, 'deep', 'lock'));
});
afterEach(() => {
  lock.close();
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** Another process that takes the same lock and keeps it. */
async function keeper(): Promise<ChildProcess> {
  await lock.exclusively(async () => ok(undefined));
  const script = `const D = require(${JSON.stringify(require.resolve('libsql'))});
    const d = new D(process.argv[1], { timeout: 5000 }); d.exec('begin exclusive');
    console.log('held'); setInterval(() => d.open, 1000);`;
  const child = spawn(process.execPath, ['-e', script, join(folder, 'deep', 'lock')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  await new Promise((held) => child.stdout?.once('data', held));
  return child;
}

const entered = () => lock.exclusively(async () => ok('done'));

test('is shared by all work of one process, and readable for its owner only', async () => {
  let inside = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 10 }, () =>
      lock.exclusively(async () => {
        most = Math.max(most, ++inside);
        await new Promise(setImmediate);
        inside -= 1;
        return ok(undefined);
      }),
    ),
  );
  expect(most).toBe(10);
  expect(statSync(join(folder, 'deep', 'lock')).mode & 0o777).toBe(0o600);
});

test('keeps two holders apart however they interleave', async () => {
  const other = openFileLock(join(folder, 'deep', 'lock'));
  const inside = { a: 0, b: 0 };
  const work = (one: FileLock, me: 'a' | 'b', them: 'a' | 'b') => async () => {
    for (let i = 0; i < 20; i++) {
      await one.exclusively(async () => {
        inside[me] += 1;
        expect(inside[them]).toBe(0);
        await new Promise(setImmediate);
        expect(inside[them]).toBe(0);
        inside[me] -= 1;
        return ok(undefined);
      });
    }
  };
  await Promise.all([work(lock, 'a', 'b')(), work(lock, 'a', 'b')(), work(other, 'b', 'a')()]);
  other.close();
});

test('is given up after five seconds, naming whom to look for, while another process holds it', async () => {
  const child = await keeper();
  child.kill('SIGSTOP');

  expect(await entered()).toMatchObject({ ok: false, error: { code: 'sink_unavailable' } });
});

test('is free at once when the process that held it is killed', async () => {
  const child = await keeper();
  const waiting = entered();
  await new Promise((resolve) => setTimeout(resolve, 100));
  child.kill('SIGKILL');

  expect(await waiting).toMatchObject({ ok: true });
});

test('gives other processes a turn under constant load', async () => {
  const other = openFileLock(join(folder, 'deep', 'lock'));
  let isOver = false;
  const load = Array.from({ length: 4 }, async () => {
    while (!isOver) await lock.exclusively(async () => ok(await new Promise(setImmediate)));
  });

  expect(await other.exclusively(async () => ok('got it'))).toMatchObject({ ok: true });
  isOver = true;
  await Promise.all(load);
  other.close();
});

test('that cannot be opened is a failure that names the file, not an exception', async () => {
  const impossible = openFileLock('/dev/null/lock');

  expect(await impossible.exclusively(async () => ok(1))).toMatchObject({
    ok: false,
    error: { code: 'sink_unavailable', message: expect.stringContaining('/dev/null/lock') },
  });
});
