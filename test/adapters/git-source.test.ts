/** Following a branch with the real git: whole commits or none, and the last good one when something goes wrong. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBranch } from '../../src/adapters/git-source.js';
import { unwrap } from '../support/apply-world.js';
import { VirtualClock } from '../support/virtual-clock.js';

let root: string;
let folder: string;
let remote: string;
let clock: VirtualClock;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'keywright-git-'));
  folder = join(root, 'work');
  remote = join(root, 'remote');
  mkdirSync(folder);
  git('init', '--quiet', '--initial-branch=main', remote);
  clock = new VirtualClock();
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const git = (...args: readonly string[]): string =>
  execFileSync('git', ['-c', 'user.name=ada', '-c', 'user.email=ada@example.com', ...args], {
    encoding: 'utf8',
  });

/** Writes files, or takes them away, and commits; gives the commit's id. */
function commit(files: Readonly<Record<string, string | undefined>>): string {
  for (const [file, text] of Object.entries(files)) {
    if (text === undefined) rmSync(join(remote, file));
    else writeFileSync(join(remote, file), text);
  }
  git('-C', remote, 'add', '--all');
  git('-C', remote, 'commit', '--quiet', '--allow-empty', '-m', 'change');
  return git('-C', remote, 'rev-parse', 'HEAD').trim();
}

const open = (branch?: string, url = remote) => openBranch({ url, branch, folder }, clock);

const until = async (isSo: () => boolean): Promise<void> => {
  for (const start = Date.now(); !isSo(); ) {
    if (Date.now() - start > 10_000) throw new Error('did not come about');
    await clock.advance(1_000);
  }
};

test('has the files of the newest commit, and of the next one as soon as it is fetched', async () => {
  const first = commit({ 'a.yaml': 'one', 'b.yaml': 'stays' });
  const branch = unwrap(await open('main'));
  expect([branch.commit().id, readFileSync(join(branch.folder, 'a.yaml'), 'utf8')]).toEqual([first, 'one']);
  let calls = 0;
  const stop = branch.follow(1_000, () => calls++);
  const second = commit({ 'a.yaml': 'two', 'b.yaml': undefined });
  await until(() => branch.commit().id === second);
  expect(readdirSync(branch.folder)).toEqual(['a.yaml']);
  expect(calls).toBe(1);
  stop();
});

test('keeps the last good commit while the repository is away, also after a new start, and says so', async () => {
  const id = commit({ 'a.yaml': 'one' });
  const branch = unwrap(await open());
  const stop = branch.follow(1_000, () => undefined);
  rmSync(remote, { recursive: true });
  await until(() => branch.commit().trouble !== undefined);
  expect(branch.commit()).toMatchObject({ id, trouble: { code: 'source_unavailable' } });
  stop();
  const again = unwrap(await open());
  expect(again.commit()).toMatchObject({ id, trouble: { code: 'source_unavailable' } });
  expect(readFileSync(join(again.folder, 'a.yaml'), 'utf8')).toBe('one');
});

test('fails while there never was a commit, and says why without the password of an address', async () => {
  commit({ 'a.yaml': 'one' });
  expect(await open('absent')).toMatchObject({ ok: false, error: { code: 'source_unavailable' } });
  const secret = await open('main', 'http://ada:canary-pa55@127.0.0.1:1/x.git');
  expect(secret).toMatchObject({ ok: false, error: { code: 'source_unavailable' } });
  expect(JSON.stringify((secret as { error: { message: string } }).error.message)).not.toContain('canary');
});

test('takes nothing for an option, and no transport that runs commands', async () => {
  commit({ 'a.yaml': 'one' });
  const mark = join(root, 'mark');
  for (const url of [`--upload-pack=touch ${mark}`, `ext::touch ${mark}`, ''])
    expect((await open('main', url)).ok).toBe(false);
  for (const branch of ['--force', '-x', 'a b', 'main:refs/heads/x', '../x', ''])
    expect((await open(branch)).ok).toBe(false);
  expect(existsSync(mark)).toBe(false);
});

test('follows no link out of the repository and runs no hook', async () => {
  const outside = join(root, 'outside');
  writeFileSync(outside, 'not yours');
  symlinkSync(outside, join(remote, 'link.yaml'));
  commit({ 'a.yaml': 'one' });
  const branch = unwrap(await open());
  expect(readFileSync(join(branch.folder, 'link.yaml'), 'utf8')).toBe(outside);
});

test('leaves nothing half checked out and no old commits behind', async () => {
  commit({ 'a.yaml': '0' });
  const branch = unwrap(await open());
  const stop = branch.follow(1_000, () => undefined);
  for (let n = 1; n <= 4; n++) {
    const id = commit({ 'a.yaml': `${n}` });
    await until(() => branch.commit().id === id);
    expect(readFileSync(join(branch.folder, 'a.yaml'), 'utf8')).toBe(`${n}`);
  }
  stop();
  const trees = readdirSync(join(folder, '.keywright', 'branch', 'trees'));
  expect(trees).toHaveLength(2);
  expect(trees.every((name) => /^[0-9a-f]{40}$/.test(name))).toBe(true);
});
