/** A new store: its keys, its log, and the objects that every store has (contract.md, fine print 3). */

import type { Entropy } from '../domain/entropy.js';
import { FIRST_ENVIRONMENTS, FIRST_OWNER } from '../domain/first-start.js';
import type { DeclarationOf } from '../domain/objects.js';
import { fail, type Result } from '../domain/result.js';
import { base62, type Secret } from '../domain/secret.js';
import type { Instant } from '../domain/time.js';
import type { Sealing } from '../ports/sealing.js';
import { startLog } from './audit-log.js';
import { makeAutomaticKeys } from './automatic-keys.js';
import { insertObject } from './insert-object.js';
import { type Keyring, newKeyringRows, openKeyring } from './keyring.js';
import type { KeyringRow, Transaction } from './storage-port.js';
import type { UnitOfWork } from './unit-of-work.js';

export interface Birth {
  readonly masterKey: Secret;
  readonly entropy: Entropy;
  readonly sealing: Sealing;
  readonly now: Instant;
}

export interface StoreIdentity {
  readonly storeId: string;
  readonly createdAt: Instant;
}

/** The store's keyring; a store that is empty is filled first. `master_key` if the key does not fit. */
export async function openOrFill(tx: Transaction, birth: Birth): Promise<Result<Keyring>> {
  const rows = await tx.keyring.all();
  return rows.length === 0 ? fill(tx, birth) : openKeyring(rows, birth.masterKey);
}

export async function identityOf(tx: Transaction): Promise<StoreIdentity> {
  return {
    storeId: (await tx.meta.get('store_id')) ?? '',
    createdAt: Number(await tx.meta.get('created_at')),
  };
}

async function fill(tx: Transaction, { masterKey, entropy, sealing, now }: Birth): Promise<Result<Keyring>> {
  const rows = newKeyringRows(masterKey, await sealing.newIdentity(), entropy);
  if (!rows.ok) return rows;
  const keyring = await keep(tx, rows.value, masterKey);
  if (!keyring.ok) return keyring;
  await tx.meta.put({ name: 'store_id', value: `us_store_${base62(16, entropy)}` });
  await tx.meta.put({ name: 'created_at', value: String(now) });
  await startLog(tx, keyring.value);
  const caller = { actor: 'keywright', path: 'first-start' };
  const work: UnitOfWork = { tx, now, caller, keyring: keyring.value, entropy, sealing };
  for (const environment of FIRST_ENVIRONMENTS) {
    const made = await makeEnvironment(work, environment);
    if (!made.ok) return made;
  }
  const owner = await insertObject(work, {
    declaration: FIRST_OWNER,
    ownership: undefined,
    origin: 'system',
  });
  return owner.ok ? keyring : owner;
}

async function keep(
  tx: Transaction,
  rows: readonly KeyringRow[],
  masterKey: Secret,
): Promise<Result<Keyring>> {
  for (const row of rows) await tx.keyring.put(row);
  return openKeyring(rows, masterKey);
}

async function makeEnvironment(
  work: UnitOfWork,
  declaration: DeclarationOf<'Environment'>,
): Promise<Result<void>> {
  const row = await insertObject(work, { declaration, ownership: undefined, origin: 'system' });
  return row.ok ? makeAutomaticKeys(work, declaration) : fail(row.error);
}
