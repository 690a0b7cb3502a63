/**
 * Commands of the system tests share processes (support/command-host.mjs). Here each runs in a process of its own too, and
 * ends alike: what it prints, what it exits with, what it leaves in the folder.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT } from '../../src/cli/exit.js';
import {
  inDotenv,
  keyYaml,
  projectYaml,
  type RunOptions,
  serviceYaml,
  Workspace,
  yamlStream,
} from '../support/workspace.js';

let shared: Workspace;
let own: Workspace;
beforeEach(() => {
  [shared, own] = [new Workspace(), new Workspace()];
  for (const world of [shared, own]) {
    world.write('keywright.yaml', projectYaml());
    const key = keyYaml('app', inDotenv('secrets/app.env', 'APP_KEY'));
    world.write('specs/app.yaml', yamlStream(serviceYaml('billing'), key, keyYaml('claimed')));
  }
});
afterEach(() => {
  for (const world of [shared, own]) {
    expect(world.leaks()).toEqual([]);
    world.dispose();
  }
});

/** Ids, instants, digests and folders differ from one workspace to the next. */
const masked = (text: string, { folder }: Workspace): string =>
  text
    .replaceAll(folder, 'FOLDER')
    .replaceAll(/\d{4}-\d\d-\d\d[T ][\d:.]+(Z| UTC)/g, 'INSTANT')
    .replaceAll(/\b[0-9a-f]{32,64}\b/g, 'DIGEST')
    .replaceAll(/\b(us|eu|dev)_\w+_[A-Za-z0-9]{16}\b/g, 'ID')
    .replaceAll(/\(id \w{12}\)/g, '(id …)')
    .replaceAll(/\b[sp]k_\w+/g, 'PREFIX')
    .replaceAll(/in \d+(ms|s)\b/g, 'in SHORT')
    // The column AGE of get.
    .replaceAll(/ +\d+s$/gm, ' AGE')
    .replaceAll(
      /"(seq|revision|took\w*|at|issuedAt|expiresAt|fingerprint|tokenId|id)": ?("[^"]*"|\d+)/g,
      '"$1": …',
    );

async function both(args: string, options: RunOptions = {}) {
  const [first, second] = [
    await shared.run(args, options),
    await own.run(args, { ...options, process: 'own' }),
  ];
  const maskedOf = ({ code, stdout, stderr }: typeof first, world: Workspace) => ({
    code,
    stdout: args.startsWith('claim') ? stdout.length : masked(stdout, world),
    stderr: masked(stderr, world),
  });
  expect([args, maskedOf(first, shared)]).toEqual([args, maskedOf(second, own)]);
  return first;
}

const modes = ({ folder }: Workspace): readonly unknown[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((file) => [file, statSync(join(folder, file)).mode & 0o777]);

test('a command that shares a process says, does and exits as in one of its own', async () => {
  const codes: (number | null)[] = [];
  for (const args of [
    '--version',
    '--help',
    'frobnicate',
    'get',
    'validate',
    'apply',
    'plan --detailed-exitcode',
    'apply --auto-approve',
    'plan --output json',
    'get',
    'explain ApiKey/app',
    'export',
    'claim claimed',
    'verify --stdin',
    'audit verify',
    'rotate app --auto-approve',
    'revoke app --now --auto-approve',
    'drift',
    'get ApiKey/other',
  ])
    codes.push((await both(args)).code);
  expect(new Set(codes)).toEqual(
    new Set([EXIT.done, EXIT.error, EXIT.changes, EXIT.refused, EXIT.unreachable, EXIT.usage]),
  );
  expect(modes(shared)).toEqual(modes(own));
}, 120_000);

test('nothing of one command is left for the next: input, environment, folder, umask, exit code', async () => {
  shared.write('inner/keywright.yaml', projectYaml());
  const before = process.umask();
  expect(await shared.run('plan', { env: { KEYWRIGHT_OUTPUT: 'json' } })).toMatchObject({ code: 0 });
  expect((await shared.run('verify --stdin', { input: 'no token' })).code).not.toBe(0);
  expect((await shared.run('plan -C inner')).stdout).toContain('0 unchanged');
  const last = await shared.run('plan');
  expect(last).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Plan: 3 to create/m), stderr: '' });
  expect((await shared.run('verify --stdin')).code).toBe(EXIT.usage);
  expect(process.umask()).toBe(before);
});
