/**
 * The same fleet with its store in a folder, and behind `keywright serve` over that folder, on loopback: `plan` of it
 * unchanged, and `apply` of new keys into raw files, as whole processes by turns. What HTTP costs is the ratio.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { alternate, isQuick, note, report } from './support/figures.js';
import { rawFileLayout, scratchFolder, writeFleet } from './support/fleet.js';
import { keywright, requireCli, runNode, serveStore } from './support/processes.js';

const KEYS = isQuick ? 1_000 : 10_000;
const NEW_KEYS = isQuick ? 200 : 1_000;
const ROUNDS = isQuick ? 3 : 7;
const TOKEN = 'a root token of benchmarks, which is long enough';

const ended = async (cwd: string, ...args: readonly string[]): Promise<number> =>
  (await runNode({ args: keywright(...args), cwd })).wallMs;

async function comparePlans(): Promise<void> {
  const cwd = scratchFolder();
  note(`applying ${KEYS.toLocaleString('en')} keys`);
  writeFleet(cwd, KEYS, rawFileLayout);
  await ended(cwd, 'apply', '--auto-approve', '--output', 'json');
  const { url, process: server } = await serveStore({ folder: join(cwd, '.keywright'), token: TOKEN });
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
    const { url, process: server } = await serveStore({ folder: join(empty(), '.keywright'), token: TOKEN });
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
