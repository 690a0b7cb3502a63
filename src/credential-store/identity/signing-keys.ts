/**
 * The keys that access tokens are signed with. One signs at a time; it is replaced after a while, or when an owner
 * says so. The one before loses its private half at once and stays published until its last token has ended:
 *
 *     signs ──90 days, or manually──▶ retired: published, private half erased ──24 h──▶ forgotten
 */
import type { KeyObject } from 'node:crypto';
import { fail, ok, type Result } from '../../domain/result.js';
import { base62, Secret } from '../../domain/secret.js';
import { DAY_MS, type Instant } from '../../domain/time.js';
import type { KeySet } from '../../ports/identity.js';
import { record } from '../audit-log.js';
import { jwkOf, privateKeyOf, publicHalf, SEED_BYTES } from '../ed25519.js';
import { isSameMac, tampered } from '../rows.js';
import type { SigningKeyRow } from '../storage-port.js';
import type { UnitOfWork } from '../unit-of-work.js';
import type { Reading } from './credentials.js';

/** No access token lives longer, so a retired key may be forgotten after it. */
export const ACCESS_TOKEN_MAX_MS = DAY_MS;

const REPLACED_AFTER_MS = 90 * DAY_MS;

export interface SigningKey {
  readonly keyId: string;
  readonly privateKey: KeyObject;
}

/** The key to sign with now; a new one if no key exists yet or it is due. */
export async function signingKey(work: UnitOfWork): Promise<Result<SigningKey>> {
  const current = await currentKey(work);
  if (!current.ok) return current;
  const row = current.value;
  if (row === undefined || work.now - row.created_at >= REPLACED_AFTER_MS) return replaceSigningKey(work);
  const seed = await work.sealing.open(row.sealed, work.keyring.identity);

  if (seed === undefined) return fail(tampered('signing key', row.id));
  return ok({ keyId: row.id, privateKey: opened(seed) });
}

export interface Replacing {
  /** Whatever the ones before have signed is refused from now on. */
  readonly immediately: boolean;
}

/** Draws a new key, and retires the one before. */
export async function replaceSigningKey(
  work: UnitOfWork,
  { immediately }: Replacing = { immediately: false },
): Promise<Result<SigningKey>> {
  const current = await currentKey(work);
  if (!current.ok) return current;
  const withdrawn = await withdraw(work, current.value, immediately);
  if (!withdrawn.ok) return withdrawn;
  const seed = new Secret(Buffer.from(work.entropy.bytes(SEED_BYTES)).toString('base64'));
  const privateKey = opened(seed);
  const row = sign(work, {
    id: base62(12, work.entropy),
    public_key: publicHalf(privateKey),
    sealed: await work.sealing.seal(seed, work.keyring.identity.recipient),
    created_at: work.now,
    retired_at: null,
  });
  await work.tx.signingKeys.put(row);
  const recorded = await record(
    work,
    { kind: 'SigningKey', name: row.id },
    {
      action: 'signing-key.created',
      detail: { replaces: current.value?.id ?? null, ...(immediately && { immediately }) },
    },
  );
  return recorded.ok ? ok({ keyId: row.id, privateKey }) : recorded;
}

/** At once: those retired before, too, as if their last token had ended already. */
async function withdraw(
  work: UnitOfWork,
  current: SigningKeyRow | undefined,
  immediately: boolean,
): Promise<Result<void>> {
  const retired_at = immediately ? work.now - ACCESS_TOKEN_MAX_MS : work.now;
  for (const row of immediately ? await work.tx.signingKeys.all() : current ? [current] : []) {
    if (!isGenuine(work, row)) return fail(tampered('signing key', row.id));
    if (row.retired_at === null || row.retired_at > retired_at)
      await work.tx.signingKeys.put(sign(work, { ...row, sealed: '', retired_at }));
  }
  return ok(undefined);
}

/** The public halves that access tokens out there may be checked with. */
export async function publishedKeys(reading: Reading): Promise<Result<ReadonlyMap<string, string>>> {
  const published = new Map<string, string>();
  for (const row of await reading.tx.signingKeys.all()) {
    if (!isGenuine(reading, row)) return fail(tampered('signing key', row.id));
    if (isPublished(row, reading.now)) published.set(row.id, row.public_key);
  }
  return ok(published);
}

export async function keySet(reading: Reading): Promise<Result<KeySet>> {
  const keys = await publishedKeys(reading);
  if (!keys.ok) return keys;
  return ok({ keys: [...keys.value].map(([kid, x]) => ({ ...jwkOf(x), kid, use: 'sig', alg: 'EdDSA' })) });
}

async function currentKey(work: UnitOfWork): Promise<Result<SigningKeyRow | undefined>> {
  const row = (await work.tx.signingKeys.all()).findLast(({ retired_at }) => retired_at === null);
  if (row !== undefined && !isGenuine(work, row)) return fail(tampered('signing key', row.id));
  return ok(row);
}

const isPublished = ({ retired_at }: SigningKeyRow, now: Instant): boolean =>
  retired_at === null || now < retired_at + ACCESS_TOKEN_MAX_MS;

const opened = (seed: Secret): KeyObject => privateKeyOf(Buffer.from(seed.reveal(), 'base64'));

const sign = (work: UnitOfWork, row: Omit<SigningKeyRow, 'row_mac'>): SigningKeyRow => ({
  ...row,
  row_mac: work.keyring.rowMac(rowText(row)),
});

const isGenuine = ({ keyring }: Pick<Reading, 'keyring'>, row: SigningKeyRow): boolean =>
  isSameMac(row.row_mac, keyring.rowMac(rowText(row)));

const rowText = (row: Omit<SigningKeyRow, 'row_mac'>): string =>
  JSON.stringify(['signing-key', row.id, row.public_key, row.sealed, row.created_at, row.retired_at]);
