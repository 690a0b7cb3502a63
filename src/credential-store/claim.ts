/** Claims a key: shows the secret of a key without sinks, once. A publishable one may always be seen. */
import { fault } from '../domain/errors.js';
import { isAlive } from '../domain/lifecycle.js';
import { CLAIM_RECIPIENT } from '../domain/live.js';
import { type ObjectRef, refText } from '../domain/objects.js';
import { fail, ok, type Result } from '../domain/result.js';
import { Secret } from '../domain/secret.js';
import { mayClaim } from './authorization.js';
import { loadKey, type StoredKey, saveKey } from './key-repository.js';
import { refOfRow, tampered, versionFactsOf } from './rows.js';
import type { VersionRow } from './storage-port.js';
import type { UnitOfWork } from './unit-of-work.js';

/** `nothing_to_claim` for a key with sinks, `already_claimed`, or `conflict` when no version is alive. */
export async function claim(work: UnitOfWork, object: ObjectRef): Promise<Result<Secret>> {
  const key = await loadKey(work, object);
  if (!key.ok) return key;
  const allowed = await mayClaim(work, key.value.row);
  return allowed.ok ? reveal(work, key.value) : allowed;
}

/** Of a caller who may have it. */
export async function reveal(work: UnitOfWork, key: StoredKey): Promise<Result<Secret>> {
  const object = refOfRow(key.row);
  const alive = key.versions.filter((version) => isAlive(versionFactsOf(version), work.now));
  const newest = alive.at(-1);
  if (newest?.clear != null) return ok(new Secret(newest.clear));
  // A consumer must not begin with an older one that was never claimed: it is about to end.
  if (newest?.recipient === CLAIM_RECIPIENT) return open(work, key, newest);
  if ((key.spec.deliver ?? []).length > 0)
    return fail(
      fault('nothing_to_claim', `${refText(object)} is delivered to sinks, so there is nothing to claim`),
    );
  if (newest === undefined)
    return fail(
      fault('conflict', `${refText(object)} has no accepted version yet; apply first, then claim it`),
    );
  return fail(
    fault(
      'already_claimed',
      `the secret of ${refText(object)} was already shown and is not kept; rotate the key to get a new one`,
    ),
  );
}

async function open(work: UnitOfWork, key: StoredKey, version: VersionRow): Promise<Result<Secret>> {
  const secret = await work.sealing.open(version.sealed ?? '', work.keyring.identity);
  if (secret === undefined) return fail(tampered('version', version.token_id));
  const shown = { ...version, sealed: null, recipient: null };
  const versions = key.versions.map((one) => (one === version ? shown : one));
  const { generation, token_id: tokenId } = version;
  const saved = await saveKey(
    work,
    { before: key, after: { ...key, versions } },
    { action: 'key.claimed', detail: { generation, tokenId } },
  );
  return saved.ok ? ok(secret) : saved;
}
