/**
 * The one module where failures of the file system become faults. Code below it throws, as `node:fs` does;
 * nothing of that leaves this folder.
 */
import { type Fault, fault } from '../../domain/errors.js';
import { fail, ok, type Result } from '../../domain/result.js';
import type { Place } from './contained-path.js';

/** Something on the way that we refuse to touch, whatever a later attempt might find. */
export class Unsafe extends Error {}

/** The file changed under our hands, written by a process that does not take the lock. */
export class Moved extends Error {}

/** What the file system answers for a symbolic link or a file where a folder should be, or an impossible name. */
const UNSAFE_CODES: ReadonlySet<string> = new Set(['ELOOP', 'ENOTDIR', 'EISDIR', 'ENXIO', 'ENAMETOOLONG']);

/** What `work` gives, with its exceptions as faults that name the sink. */
export function guarded<T>(place: Place, work: () => T): Result<T> {
  try {
    return ok(work());
  } catch (error) {
    return fail(faultOf(place, error));
  }
}

export async function guardedAsync<T>(place: Place, work: () => Promise<T>): Promise<Result<T>> {
  try {
    return ok(await work());
  } catch (error) {
    return fail(faultOf(place, error));
  }
}

export function codeOf(error: unknown): string | undefined {
  const isCoded = typeof error === 'object' && error !== null && 'code' in error;
  return isCoded && typeof error.code === 'string' ? error.code : undefined;
}

/** Rethrows what does not come from the file system: that is a bug. */
function faultOf({ label }: Place, error: unknown): Fault {
  if (error instanceof Unsafe) return fault('sink_refused', `the sink ${label} ${error.message}`);
  if (error instanceof Moved) return fault('sink_moved', `the sink ${label} ${error.message}; plan again`);
  const code = codeOf(error);
  if (code === undefined) throw error;
  if (UNSAFE_CODES.has(code)) {
    return fault(
      'sink_refused',
      `the sink ${label} is not a regular file in regular folders (${code}); remove or rename what is at that path`,
      error,
    );
  }
  return fault('sink_unavailable', `the sink ${label} cannot be read or written (${code})`, error);
}
