/** `keywright serve`, the real process: a key issued by `apply` beside it is verified, revoked, and stays revoked. */
import type { ChildProcess } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { inDotenv, keyYaml, projectYaml, serviceYaml, Workspace, yamlStream } from '../support/workspace.js';

let world: Workspace;
const servers: ChildProcess[] = [];
beforeEach(() => {
  world = new Workspace();
  world.write('keywright.yaml', projectYaml());
  const key = keyYaml('app', inDotenv('secrets/app.env', 'APP_KEY'));
  world.write('specs/billing.yaml', yamlStream(serviceYaml('billing'), key));
});
afterEach(() => {
  for (const server of servers.splice(0)) server.kill('SIGKILL');
  world.remove('.keywright/root-token');
  expect(world.leaks()).toEqual([]);
  world.dispose();
});

interface Running {
  readonly url: string;
  readonly process: ChildProcess;
  code(key: string): Promise<string>;
  stopped(signal: NodeJS.Signals): Promise<number | null>;
}

async function started(): Promise<Running> {
  const child = world.start('serve --listen 127.0.0.1:0');
  servers.push(child);
  let printed = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    printed += chunk.toString('utf8');
  });
  await until(async () => printed.includes('root-token'));
  const url = /http:\/\/[\d.:]+/.exec(printed)?.[0] ?? '';
  return {
    url,
    process: child,
    code: async (key) => {
      const response = await fetch(`${url}/v1/keys/verify`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${world.read('.keywright/root-token').trim()}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ key }),
      });
      const { data } = (await response.json()) as { data: { code: string } };
      return data.code;
    },
    stopped: (signal) =>
      new Promise((resolve) => {
        child.once('exit', resolve);
        child.kill(signal);
      }),
  };
}

async function until(holds: () => Promise<boolean>, ms = 20_000): Promise<number> {
  const startedAt = Date.now();
  while (!(await holds())) {
    if (Date.now() - startedAt > ms) throw new Error(`it did not come to be within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return Date.now() - startedAt;
}

/** Within two seconds, as promised to callers in another process. */
async function becomes(server: Running, key: string, code: string): Promise<void> {
  let last = '';
  const isSo = async (): Promise<boolean> => {
    last = await server.code(key);
    return last === code;
  };
  await until(isSo, 2_000).catch(() => undefined);
  expect(last).toBe(code);
}

test('a key that apply issues beside a server is good there, and refused within 2 s of its revocation elsewhere; kill -9 changes nothing', async () => {
  const first = await started();
  expect(statSync(join(world.folder, '.keywright/root-token')).mode & 0o777).toBe(0o600);
  expect(await world.run('apply --auto-approve')).toMatchObject({ code: 0 });
  const key = world.variable('secrets/app.env', 'APP_KEY');
  await becomes(first, key, 'VALID');
  expect(await world.run('revoke app --now --auto-approve')).toMatchObject({ code: 0 });
  await becomes(first, key, 'REVOKED');
  await first.stopped('SIGKILL');
  const second = await started();
  expect(await second.code(key)).toBe('REVOKED');
  expect(await second.stopped('SIGTERM')).toBe(0);
  expect(await world.run('audit verify')).toMatchObject({ code: 0 });
});

test('a short root token, and an address that is taken, are errors that say what to do', async () => {
  const short = await world.run('serve --listen 127.0.0.1:0', { env: { KEYWRIGHT_ROOT_TOKEN: 'short' } });
  expect(short).toMatchObject({ code: 64, stderr: expect.stringContaining('32 characters') });
  const server = await started();
  const taken = await world.run(`serve --listen ${server.url.slice('http://'.length)}`);
  expect(taken).toMatchObject({ code: 64, stderr: expect.stringContaining('--listen') });
});
