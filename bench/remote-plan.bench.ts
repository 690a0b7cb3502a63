/**
 * The same fleet with its store in a folder, and behind `keywright serve` over that folder, on loopback: `plan` of it
 * unchanged, and `apply` of new keys into raw files, as whole processes by turns. What HTTP costs is the ratio.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { alternate, isQuick, note, report } from './support/figures.js';
import { rawFileLayout, scratchFolder, writeFleet } from './support/fleet.js';
import { CLI, keywright, requireCli, runNode } from './support/processes.js';

const KEYS = isQuick ? 1_000 : 10_000;
const NEW_KEYS = isQuick ? 200 : 1_000;
const ROUNDS = isQuick ? 3 : 7;
const TOKEN = 'a root token of benchmarks, which is long enough';

interface Served {
  readonly url: string;
  readonly process: ChildProcess;
}

const started: ChildProcess[] = [];
process.on('exit', () => {
  for (const server of started) server.kill('SIGKILL');
});

/** Serves the store of a folder, made where there is none. */
async function serve(folder: string): Promise<Served> {
  const args = [CLI, 'serve', '--store', '.keywright', '--listen', '127.0.0.1:0', '--log-level', 'error'];
  const server = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, KEYWRIGHT_ROOT_TOKEN: TOKEN },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  started.push(server);
  let printed = '';
  for await (const chunk of server.stdout) {
    printed += chunk;
    const url = /http:\/\/[\d.:]+/.exec(printed)?.[0];
    if (url !== undefined) return { url, process: server };
  }
  throw new Error(`serve ended: ${printed}`);
}

const ended = async (cwd: string, ...args: readonly string[]): Promise<number> =>
  (await runNode({ args: keywright(...args), cwd })).wallMs;

async function comparePlans(): Promise<void> {
  const cwd = scratchFolder();
  note(`applying ${KEYS.toLocaleString('en')} keys`);
  writeFleet(cwd, KEYS, rawFileLayout);
  await ended(cwd, 'apply', '--auto-approve', '--output', 'json');
  const { url, process: server } = await serve(cwd);
  const plan = ['plan', '--detailed-exitcode'];
  const [remote, embedded] = [() => ended(cwd, ...plan, '--store', url), () => ended(cwd, ...plan)];
  await remote();
  await embedded();
  const took = await alternate(ROUNDS, remote, embedded);
  server.kill('SIGTERM');
  report({
    what: `plan of ${KEYS.toLocaleString('en')} unchanged keys over HTTP`,
    value: took.ours,
    unit: 'ms',
    baseline: { what: 'the same on the embedded store', value: took.baseline },
    ratio: took.ratio,
  });
}

async function compareApplies(): Promise<void> {
  const root = scratchFolder();
  let folders = 0;
  const empty = (): string => {
    const made = join(root, String(folders++));
    mkdirSync(made);
    return made;
  };
  const folder = (): string => {
    const made = empty();
    writeFleet(made, NEW_KEYS, rawFileLayout);
    return made;
  };
  const apply = ['apply', '--auto-approve', '--output', 'json'];
  const remote = async (): Promise<number> => {
    const { url, process: server } = await serve(empty());
    const tookMs = await ended(folder(), ...apply, '--store', url);
    server.kill('SIGTERM');
    return tookMs;
  };
  const took = await alternate(3, remote, () => ended(folder(), ...apply));
  report({
    what: `apply of ${NEW_KEYS.toLocaleString('en')} new keys over HTTP`,
    value: took.ours,
    unit: 'ms',
    baseline: { what: 'the same on an embedded store', value: took.baseline },
    ratio: took.ratio,
  });
}

requireCli();
process.env['KEYWRIGHT_TOKEN'] = TOKEN;
await comparePlans();
await compareApplies();
