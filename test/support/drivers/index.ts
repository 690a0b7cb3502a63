/** Sinks through the drivers of examples/drivers and of this folder, and where they write. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DriverWorld } from '../../../src/sinks/driver.js';
import { driverWorld } from '../driver-world.js';

export const EXAMPLES = join(__dirname, '../../../examples/drivers');
export const FOLDER_DRIVER = join(__dirname, 'folder.sh');

export const HAS_JQ = spawnSync('jq', ['--version']).error === undefined;

export interface DriverFolder {
  readonly root: string;
  readonly world: DriverWorld;
  path(relative: string): string;
  remove(): void;
}

/** A working folder that may run drivers of the examples and of this folder. */
export function driverFolder(
  env: (folder: string) => Readonly<Record<string, string>> = () => ({}),
): DriverFolder {
  const root = mkdtempSync(join(tmpdir(), 'kw-driver-'));
  const given = { PATH: process.env['PATH'], HOME: root, TMPDIR: root, ...env(root) };
  return {
    root,
    world: driverWorld(root, { roots: ['.', EXAMPLES, __dirname], env: given }),
    path: (relative) => join(root, relative),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** A bare repository with one commit on `main`. */
export function gitRepository(path: string): {
  show(place: string): string | undefined;
  write(place: string, text: string): void;
} {
  const work = `${path}.work`;
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args], {
      ...{ encoding: 'utf8', stdio: 'pipe' },
    });
  git('init', '--quiet', '--bare', '--initial-branch=main', path);
  git('clone', '--quiet', path, work);
  const commit = (message: string): void => {
    git('-C', work, 'add', '--all');
    git('-C', work, 'commit', '--quiet', '--allow-empty', '-m', message);
    git('-C', work, 'push', '--quiet', 'origin', 'HEAD:main');
  };
  commit('first');
  return {
    show: (place) => {
      const found = spawnSync('git', ['--git-dir', path, 'cat-file', 'blob', `main:${place}`], {
        encoding: 'utf8',
      });
      return found.status === 0 ? found.stdout : undefined;
    },
    write: (place, text) => {
      git('-C', work, 'pull', '--quiet', 'origin', 'main');
      mkdirSync(join(work, place, '..'), { recursive: true });
      writeFileSync(join(work, place), text);
      commit('by another program');
    },
  };
}

/** The file that the folder driver keeps a place in. */
export function folderPlace(folder: string): {
  file(place: string): string;
  look(place: string): string | undefined;
} {
  const file = (place: string): string => join(folder, encodeURIComponent(place));
  return {
    file,
    look: (place) => (existsSync(file(place)) ? readFileSync(file(place), 'utf8') : undefined),
  };
}
