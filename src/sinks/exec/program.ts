/** Which file a command runs: one inside the working folder or the project's sinkRoots, or one on the PATH. */
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { fault } from '../../domain/errors.js';
import { fail, ok, type Result } from '../../domain/result.js';
import type { DriverWorld } from '../driver.js';
import { isBelow } from '../files/contained-path.js';

/** The absolute path of what a command names first. `sink_refused` says what is wrong with it. */
export function findProgram(
  program: string,
  { root, roots, env }: Pick<DriverWorld, 'root' | 'roots' | 'env'>,
): Result<string> {
  if (!program.includes('/')) return onPath(program, env['PATH'] ?? '');
  const path = resolve(root, program);
  const allowed = ['.', ...roots].map((one) => resolve(root, one));
  if (!allowed.some((one) => isBelow(one, path)))
    return refused(program, "is outside the working folder and the project's sinkRoots; move it inside");
  const real = realOf(path);
  if (real === undefined) return refused(program, 'does not exist');
  if (!allowed.some((one) => isBelow(realOf(one) ?? one, real)))
    return refused(program, 'is a link that leads out of the working folder; copy the program inside');
  const found = statSync(real);
  if (!found.isFile()) return refused(program, 'is not a file');
  if ((found.mode & 0o002) !== 0)
    return refused(program, 'can be changed by every user of this machine; run chmod o-w on it');
  return isExecutable(real) ? ok(real) : refused(program, 'is not executable; run chmod +x on it');
}

/** Entries that are not absolute would mean whatever folder is current. */
function onPath(program: string, path: string): Result<string> {
  const found = path
    .split(delimiter)
    .filter(isAbsolute)
    .map((folder) => join(folder, program))
    .find(isExecutable);
  return found === undefined
    ? refused(program, 'is not on the PATH; install it, or name a file: ./drivers/…')
    : ok(found);
}

const refused = (program: string, why: string): Result<never> =>
  fail(fault('sink_refused', `the driver ${program} ${why}`));

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function realOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
