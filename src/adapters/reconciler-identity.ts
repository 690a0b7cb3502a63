/**
 * The reconciler's key pair on this machine: new secrets are sealed to it until they are delivered. Kept
 * beside the embedded store, 0600; made by the first apply.
 */
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import { Secret } from '../domain/secret.js';
import type { Identity, Sealing } from '../ports/sealing.js';
import { removeKeyDrafts } from '../storage/folder.js';

const FILE = 'reconciler.key';

/** Drafts that other processes clear away, one after another, before something else is wrong. */
const DRAFTS_MAX = 5;

/** The identity kept in `folder`, created when it is absent. Two processes at once end up with the same one. */
export async function openIdentity(folder: string, sealing: Sealing, drafts = 1): Promise<Result<Identity>> {
  const path = join(folder, FILE);
  const kept = await readIdentity(path);
  if (kept !== undefined) {
    await removeKeyDrafts(folder);
    return ok(kept);
  }
  const made = await sealing.newIdentity();
  const partial = `${path}.${process.pid}`;
  let wasCleared = false;
  try {
    await writeFile(partial, `${made.recipient}\n${made.privateKey.reveal()}\n`, { mode: 0o600, flag: 'wx' });
    // A link, unlike a rename, does not replace what another process has just made.
    await link(partial, path).catch(({ code }) => {
      wasCleared = code === 'ENOENT';
    });
    await rm(partial, { force: true });
  } catch (cause) {
    return fail(
      fault(
        'store_unreachable',
        `the key of the reconciler cannot be stored at ${path}; check the permissions of the folder`,
        cause,
      ),
    );
  }
  const identity = await readIdentity(path);
  if (identity === undefined && wasCleared && drafts < DRAFTS_MAX)
    return openIdentity(folder, sealing, drafts + 1);
  return identity === undefined
    ? fail(fault('store_foreign', `${path} is not a valid key of a reconciler; move it away and apply again`))
    : ok(identity);
}

/** The public half, without making anything; empty while none exists. */
export const readRecipient = async (folder: string): Promise<string> =>
  (await readIdentity(join(folder, FILE)))?.recipient ?? '';

async function readIdentity(path: string): Promise<Identity | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const [recipient, privateKey] = text.split('\n');
  return recipient && privateKey ? { recipient, privateKey: new Secret(privateKey) } : undefined;
}
