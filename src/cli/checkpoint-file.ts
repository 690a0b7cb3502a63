/**
 * A file of checkpoints, one a line: appended to and never rewritten, so that it can lie where only appending is
 * allowed, or be sent elsewhere as it grows.
 */
import { open, readFile } from 'node:fs/promises';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';

/** On disk when it answers. `usage` where it cannot be written. */
export async function appendCheckpoint(path: string, line: string): Promise<Result<void>> {
  try {
    const file = await open(path, 'a', 0o600);
    try {
      await file.appendFile(`${line}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    return ok(undefined);
  } catch (error) {
    return fail(fault('usage', `the checkpoint cannot be written to ${path}; use a writable file`, error));
  }
}

/** Oldest first. `usage` for a file that does not exist or cannot be read. */
export async function readCheckpoints(path: string): Promise<Result<readonly string[]>> {
  try {
    const text = await readFile(path, 'utf8');
    return ok(text.split('\n').filter((line) => line.trim() !== ''));
  } catch (error) {
    const what = `the checkpoints in ${path} cannot be read; use a file written by keywright audit checkpoint`;
    return fail(fault('usage', what, error));
  }
}
