/**
 * The documents of a git branch, by the `git` of this machine. Each commit is checked out into a folder of its own,
 * and a link is moved to it when it is complete; what goes wrong leaves the last good commit in place. Each address,
 * branch and store has a checkout of its own, and nothing is read from one before it was fetched in this run.
 *
 *     .keywright/branch/DIGEST/repo.git           what was fetched
 *                             /trees/COMMIT/      complete, or absent
 *                             /current ─▶ trees/COMMIT
 */
import { execFile } from 'node:child_process';
import { mkdir, readdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { pause } from '../async/pause.js';
import type { Branch, BranchPlace } from '../cli/dependencies.js';
import type { Commit } from '../controller/documents.js';
import { PROJECT_FILES } from '../documents/files.js';
import { loadProject } from '../documents/load.js';
import { sha256 } from '../domain/canonical.js';
import { type Fault, fault } from '../domain/errors.js';
import { DEFAULT_SPECS } from '../domain/kinds/project.js';
import { fail, ok, type Result } from '../domain/result.js';
import type { DurationMs } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';
import { amongDocuments, irregularEntries } from './commit-entries.js';

const FETCH_TIMEOUT_MS: DurationMs = 120_000;
const COMMIT_ID = /^[0-9a-f]{40,64}$/;
const FETCHED = 'refs/keywright/fetched';

/**
 * `usage` for what git would take for an option or another kind of thing; `source_unavailable` if the branch cannot be
 * fetched now, whatever was fetched before; `invalid_documents` for a commit that would not be read as it was made.
 */
export async function openBranch(place: BranchPlace, clock: Clock): Promise<Result<Branch>> {
  const wrong = wrongPlace(place);
  if (wrong) return fail(wrong);
  const folder = join(place.folder, '.keywright', 'branch', digestOf(place));
  const current = join(folder, 'current');
  const fetched = await checkOutNewest(place, folder);
  if (!fetched.ok) return fetched;
  let commit: Commit = { id: fetched.value };

  async function follow(everyMs: DurationMs, listener: () => void, signal: AbortSignal): Promise<void> {
    while (await pause(clock, everyMs, signal)) {
      const newest = await checkOutNewest(place, folder);
      const isNew = newest.ok && newest.value !== commit.id;
      commit = newest.ok ? { id: newest.value } : { id: commit.id, trouble: newest.error };
      if (isNew) listener();
    }
  }

  return ok({
    folder: current,
    commit: () => commit,
    follow: (everyMs, listener) => {
      const stopping = new AbortController();
      void follow(everyMs, listener, stopping.signal);
      return () => stopping.abort();
    },
  });
}

/** Names the checkout: the address may hold a password, and is longer than a name. */
const digestOf = ({ url, branch, store }: BranchPlace): string =>
  sha256(JSON.stringify([url, branch ?? null, store ?? null])).slice(0, 16);

function wrongPlace({ url, branch }: BranchPlace): Fault | undefined {
  if (url === '' || url.startsWith('-')) return fault('usage', '--git must be the address of a repository');
  if (branch === undefined || /^[A-Za-z0-9_][\w./-]*$/.test(branch)) return undefined;
  return fault('usage', `--branch must be the name of a branch, not ${JSON.stringify(branch)}`);
}

const checkouts = new Map<string, Promise<unknown>>();

/** One at a time in a folder: a fetch that was stopped may still be at work when the next one begins. */
function checkOutNewest(place: BranchPlace, folder: string): Promise<Result<string>> {
  const newest = (checkouts.get(folder) ?? Promise.resolve()).then(() => fetchNewest(place, folder));
  checkouts.set(folder, newest);
  return newest;
}

/** Fetches and checks out; gives the commit that `current` holds then. Never rejects. */
async function fetchNewest(place: BranchPlace, folder: string): Promise<Result<string>> {
  const repository = join(folder, 'repo.git');
  try {
    await mkdir(join(folder, 'trees'), { recursive: true, mode: 0o700 });
    await git(place, ['init', '--quiet', '--bare', repository]);
    const ref = place.branch === undefined ? 'HEAD' : `refs/heads/${place.branch}`;
    const options = ['--quiet', '--depth=1', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head'];
    await git(place, ['--git-dir', repository, 'fetch', ...options, '--', place.url, `+${ref}:${FETCHED}`]);
    const id = (
      await git(place, ['--git-dir', repository, 'rev-parse', '--verify', `${FETCHED}^{commit}`])
    ).trim();
    if (!COMMIT_ID.test(id)) throw new Error('git returned no commit');
    const refused = await checkOut(place, folder, id);
    return refused === undefined ? ok(id) : fail(refused);
  } catch (cause) {
    return fail(
      fault(
        'source_unavailable',
        `${place.branch ?? 'HEAD'} of ${shownUrl(place.url)} cannot be fetched: ${sayingOf(cause, place)}`,
      ),
    );
  }
}

/** Gives what stands against the commit; then `current` stays where it was. */
async function checkOut(place: BranchPlace, folder: string, id: string): Promise<Fault | undefined> {
  const current = join(folder, 'current');
  const before = basename(await readlink(current).catch(() => ''));
  if (before === id) return undefined;
  const tree = join(folder, 'trees', id);
  const partial = `${tree}.${process.pid}`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { mode: 0o700 });
  const isolated = { GIT_INDEX_FILE: `${partial}.index` };
  // A link in a repository may lead anywhere, and a hook may do anything.
  const safe = ['-c', 'core.symlinks=false', '-c', 'core.hooksPath=/dev/null', '-c', 'core.bare=false'];
  const where = ['--git-dir', join(folder, 'repo.git'), '--work-tree', partial];
  await git(place, [...safe, ...where, 'checkout', '--quiet', '--force', id, '--', '.'], isolated);
  await rm(isolated.GIT_INDEX_FILE, { force: true });
  const refused = await refusal(place, { folder, id, tree: partial });
  if (refused !== undefined) {
    await rm(partial, { recursive: true, force: true });
    return refused;
  }
  // Another Keywright process may have brought it meanwhile.
  await rename(partial, tree).catch(() => rm(partial, { recursive: true, force: true }));
  const link = join(folder, `current.${process.pid}`);
  await rm(link, { force: true });
  await symlink(join('trees', id), link);
  await rename(link, current);
  await removeTrees(folder, new Set([id, before]));
  return undefined;
}

interface CheckedOut {
  readonly folder: string;
  readonly id: string;
  readonly tree: string;
}

/** How many entries a message names. */
const NAMED_MAX = 5;

/** Documents and the project are regular files, or what a link or a submodule declared would be missed and removed. */
async function refusal(place: BranchPlace, { folder, id, tree }: CheckedOut): Promise<Fault | undefined> {
  const listing = await git(place, ['--git-dir', join(folder, 'repo.git'), 'ls-tree', '-r', '-z', id]);
  const irregular = irregularEntries(listing);
  if (irregular.length === 0) return undefined;
  const project = await loadProject(tree);
  const specs = project.ok ? project.value.project.spec.specs : [DEFAULT_SPECS];
  const found = amongDocuments(irregular, [...PROJECT_FILES, ...specs]);
  if (found.length === 0) return undefined;
  const named = found.slice(0, NAMED_MAX).map(({ path, what }) => `${path} (${what})`);
  const more = found.length > NAMED_MAX ? ` and ${found.length - NAMED_MAX} more` : '';
  return fault(
    'invalid_documents',
    `commit ${id.slice(0, 12)} of ${place.branch ?? 'HEAD'} has ${named.join(', ')}${more} where documents are read, so nothing of it is applied. Commit the files themselves instead`,
  );
}

/** The one before stays for those still reading it. */
async function removeTrees(folder: string, kept: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(join(folder, 'trees')))
    if (!kept.has(name)) await rm(join(folder, 'trees', name), { recursive: true, force: true });
}

const run = promisify(execFile);

/** What git tidies up, it does before it ends: nothing that it started continues in a folder that is no longer used. */
const IN_FRONT = ['-c', 'gc.autoDetach=false', '-c', 'maintenance.autoDetach=false'];

async function git(
  { folder }: BranchPlace,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { stdout } = await run('git', [...IN_FRONT, ...args], {
    cwd: folder,
    timeout: FETCH_TIMEOUT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: 1 << 28,
    env: { ...environment(), ...more },
  });
  return stdout;
}

/** Git's own settings and the user's credentials; nothing of a repository Keywright may be called from, and none of Keywright's secrets. */
function environment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) =>
      !/^(KEYWRIGHT_|PGPASSWORD$|GIT_(DIR|WORK_TREE|INDEX_FILE|PREFIX|NAMESPACE|OBJECT_DIRECTORY|COMMON_DIR)$)/.test(
        name,
      ),
  );
  return {
    GIT_SSH_COMMAND: 'ssh -oBatchMode=yes',
    ...Object.fromEntries(inherited),
    GIT_ALLOW_PROTOCOL: 'file:git:http:https:ssh',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
  };
}

/** Without the user and password that it may hold. */
const shownUrl = (url: string): string => url.replace(/\/\/[^/@]*@/g, '//');

/** Git's last words, and nothing of its command line, which may hold a password. */
function sayingOf(cause: unknown, { url }: BranchPlace): string {
  const { code, killed, stderr } = failureOf(cause);
  if (code === 'ENOENT') return 'git is not installed, or the working folder was deleted';
  if (killed === true) return `git took longer than ${FETCH_TIMEOUT_MS / 1_000} s`;
  const lines = typeof stderr === 'string' ? stderr.trim().split('\n') : [];
  const last = lines.findLast((line) => /^(fatal|error):/.test(line)) ?? `git exited with ${String(code)}`;
  return shownUrl(last.replaceAll(url, shownUrl(url)));
}

/** Of whatever a call of git or of the file system was rejected with. */
const failureOf = (cause: unknown): Readonly<Record<'code' | 'killed' | 'stderr', unknown>> => ({
  code: undefined,
  killed: undefined,
  stderr: undefined,
  ...(typeof cause === 'object' ? cause : {}),
});
