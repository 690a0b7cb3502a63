/** The token that the first owner comes in with: given, or drawn once and kept in a file beside the store. */
import { join } from 'node:path';
import type { Entropy } from '../domain/entropy.js';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import { base62, Secret } from '../domain/secret.js';
import { makeFolder, makeKeyFile, readKeyFile, removeKeyDrafts, storeFolder } from '../storage/folder.js';

const LENGTH = 43;
const LENGTH_MIN = 32;

export interface RootToken {
  readonly token: Secret;
  /** Where it is kept; undefined when it was given. */
  readonly file: string | undefined;
}

/** `usage` for a given one that is too short; `master_key` when the file cannot be read or written. */
export async function openRootToken(
  folder: string,
  given: Secret | undefined,
  entropy: Entropy,
): Promise<Result<RootToken>> {
  if (given !== undefined) {
    if (given.reveal().length >= LENGTH_MIN) return ok({ token: given, file: undefined });
    return fail(
      fault('usage', `KEYWRIGHT_ROOT_TOKEN must have ${LENGTH_MIN} characters or more; draw one at random`),
    );
  }
  const file = join(folder, 'root-token');
  const kept = await readKeyFile(file);
  if (!kept.ok) return kept;
  if (kept.value !== undefined) return ok({ token: kept.value, file });
  const ready = await makeFolder(storeFolder(folder));
  if (!ready.ok) return ready;
  const made = await makeKeyFile(file, new Secret(base62(LENGTH, entropy)), entropy);
  if (!made.ok) return made;
  await removeKeyDrafts(folder);
  return ok({ token: made.value, file });
}
