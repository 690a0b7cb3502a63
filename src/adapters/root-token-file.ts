/**
 * The token that the first owner signs in with: given, or drawn for a store that never had one and kept in a file
 * beside it. The store knows which is good; the file only keeps what was drawn, for those who read it there.
 */
import { join } from 'node:path';
import type { Entropy } from '../domain/entropy.js';
import { ok, type Result } from '../domain/result.js';
import { base62, Secret } from '../domain/secret.js';
import type { IdentityService } from '../ports/identity.js';
import { makeFolder, makeKeyFile, readKeyFile, removeKeyDrafts, storeFolder } from '../storage/folder.js';

const LENGTH = 43;

export interface RootTokenPlace {
  readonly folder: string;
  /** `KEYWRIGHT_ROOT_TOKEN`. */
  readonly given: Secret | undefined;
  readonly entropy: Entropy;
}

/**
 * Gives the file that has it; undefined when it was given, or no longer exists. `usage` or `conflict` for a given one
 * that cannot be it, `master_key` when the file cannot be read or written.
 */
export async function openRootToken(
  authority: Pick<IdentityService, 'setRootToken' | 'hadRootToken'>,
  { folder, given, entropy }: RootTokenPlace,
): Promise<Result<string | undefined>> {
  if (given !== undefined) {
    const set = await authority.setRootToken(given);
    return set.ok ? ok(undefined) : set;
  }
  const file = join(folder, 'root-token');
  const kept = await readKeyFile(file);
  if (!kept.ok) return kept;
  if (kept.value !== undefined) return setKept(authority, kept.value, file);
  const had = await authority.hadRootToken();
  if (!had.ok) return had;
  if (had.value) return ok(undefined);
  const ready = await makeFolder(storeFolder(folder));
  if (!ready.ok) return ready;
  // In the file first: a valid token that is unknown to all would be useless.
  const made = await makeKeyFile(file, new Secret(base62(LENGTH, entropy)), entropy);
  if (!made.ok) return made;
  await removeKeyDrafts(folder);
  return setKept(authority, made.value, file);
}

/** One that was revoked or replaced meanwhile stays so, and is no reason not to serve. */
async function setKept(
  authority: Pick<IdentityService, 'setRootToken'>,
  token: Secret,
  file: string,
): Promise<Result<string | undefined>> {
  const set = await authority.setRootToken(token);
  if (set.ok) return ok(file);
  return set.error.code === 'conflict' ? ok(undefined) : set;
}
