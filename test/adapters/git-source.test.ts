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

/** The folder that a checkout is kept in. */
const checkouts = (): readonly string[] => readdirSync(join(folder, '.keywright', 'branch'));

test('keeps the last good commit while the repository is away, and after a new start applies nothing unfetched', async () => {
  const id = commit({ 'a.yaml': 'one' });
  const branch = unwrap(await open());
  const stop = branch.follow(1_000, () => undefined);
  rmSync(remote, { recursive: true });
  await until(() => branch.commit().trouble !== undefined);
  expect(branch.commit()).toMatchObject({ id, trouble: { code: 'source_unavailable' } });
  stop();
  expect(await open()).toMatchObject({ ok: false, error: { code: 'source_unavailable' } });
});

test('a checkout belongs to address, branch and store: two in one folder never mix', async () => {
  commit({ 'a.yaml': 'main' });
  git('-C', remote, 'checkout', '--quiet', '-b', 'staging');
  commit({ 'a.yaml': 'staging' });
  const main = unwrap(await open('main'));
  const staging = unwrap(await open('staging'));
  const other = unwrap(await openBranch({ url: remote, branch: 'main', store: 'elsewhere', folder }, clock));
  const textOf = (one: typeof main): string => readFileSync(join(one.folder, 'a.yaml'), 'utf8');
  expect([main, staging, other].map(textOf)).toEqual(['main', 'staging', 'main']);
  expect(new Set([main, staging, other].map((one) => one.folder)).size).toBe(3);
  expect(checkouts()).toHaveLength(3);
  for (const [branch, url] of [
    ['stagin', remote],
    ['main', join(root, 'nope')],
  ] as const)
    expect(await open(branch, url)).toMatchObject({ ok: false, error: { code: 'source_unavailable' } });
});

const PROJECT = 'kind: Project\nmetadata: { name: acme }\nspec: { specs: [specs, more] }\n';

/** A repository in the place of the remote, for what `add` refuses: modes and paths as git would record them. */
function commitEntry(mode: string, path: string): string {
  const blob = execFileSync('git', ['-C', remote, 'hash-object', '-w', '--stdin'], { input: 'x' });
  const hash = mode === '160000' ? git('-C', remote, 'rev-parse', 'HEAD') : blob.toString();
  git('-C', remote, 'update-index', '--add', '--cacheinfo', `${mode},${hash.trim()},${path}`);
  git('-C', remote, 'commit', '--quiet', '-m', 'entry');
  return git('-C', remote, 'rev-parse', 'HEAD').trim();
}

test.each([
  ['120000', 'specs/team', 'specs/team (a symbolic link)'],
  ['120000', 'specs/a/b.yaml', 'specs/a/b.yaml (a symbolic link)'],
  ['120000', 'specs', 'specs (a symbolic link)'],
  ['160000', 'more/vendor', 'more/vendor (a submodule)'],
  ['160000', 'more', 'more (a submodule)'],
])(
  'a commit with %s at %s is refused by name, and the one before stays in force',
  async (mode, path, named) => {
    mkdirSync(join(remote, 'specs'));
    const good = commit({ 'keywright.yaml': PROJECT, 'specs/base.yaml': 'kind: x' });
    const branch = unwrap(await open('main'));
    const stop = branch.follow(1_000, () => undefined);
    if (path === 'specs') git('-C', remote, 'rm', '--quiet', '-r', 'specs');
    commitEntry(mode, path);
    await until(() => branch.commit().trouble !== undefined);
    const { id, trouble } = branch.commit();
    expect([id, trouble?.code]).toEqual([good, 'invalid_documents']);
    expect(trouble?.message).toContain(named);
    expect(readFileSync(join(branch.folder, 'specs/base.yaml'), 'utf8')).toBe('kind: x');
    stop();
    expect(await open('main')).toMatchObject({ ok: false, error: { code: 'invalid_documents' } });
  },
);

test('links and submodules elsewhere in the repository do not matter', async () => {
  mkdirSync(join(remote, 'specs'));
  commit({ 'keywright.yaml': PROJECT, 'specs/base.yaml': 'kind: x' });
  commitEntry('120000', 'docs/link');
  commitEntry('160000', 'vendor');
  const id = commitEntry('120000', 'specs/.hidden/link');
  expect(unwrap(await open('main')).commit()).toEqual({ id });
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
  const [checkout = ''] = checkouts();
  const trees = readdirSync(join(folder, '.keywright', 'branch', checkout, 'trees'));
  expect(trees).toHaveLength(2);
  expect(trees.every((name) => /^[0-9a-f]{40}$/.test(name))).toBe(true);
});
