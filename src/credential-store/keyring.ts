/**
 * The store's own keys: random data keys, kept in the database wrapped with the master key, which is
 * not. Changing the master key wraps them anew and touches nothing they protect.
 *
 *     master key ──wraps──▶ pepper (MACs of tokens) · rows (MACs of rows) · audit (MAC of the chain's head)
 *                           · identity (opens secrets that wait for a claim)
 */
import { createCipheriv, createDecipheriv, createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { Entropy } from '../domain/entropy.js';
import { type Fault, fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import { Secret, tokenMac } from '../domain/secret.js';
import type { Identity } from '../ports/sealing.js';
import type { KeyringRow } from './storage-port.js';

/** What the store computes with its keys; the keys themselves stay inside. */
export interface Keyring {
  readonly pepper: Secret;
  tokenMac(token: Secret): string;
  rowMac(text: string): string;
  auditMac(text: string): string;
  /** Secrets that wait for a claim are sealed to it. */
  readonly identity: Identity;
}

const NAMES = ['pepper', 'rows', 'audit', 'identity'] as const;
type DataKeys = Readonly<Record<(typeof NAMES)[number], Secret>>;

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Draws a key: 32 bytes as base64. Master keys and data keys look alike. */
export const newKey = (entropy: Entropy): Secret =>
  new Secret(Buffer.from(entropy.bytes(KEY_BYTES)).toString('base64'));

/** Data keys for a new store, wrapped. */
export function newKeyringRows(
  masterKey: Secret,
  identity: Identity,
  entropy: Entropy,
): Result<readonly KeyringRow[]> {
  const pair = JSON.stringify({ recipient: identity.recipient, privateKey: identity.privateKey.reveal() });
  return wrapAll(
    { pepper: newKey(entropy), rows: newKey(entropy), audit: newKey(entropy), identity: new Secret(pair) },
    masterKey,
    entropy,
  );
}

/** `master_key` unless it is the key that the rows were wrapped with. */
export function openKeyring(rows: readonly KeyringRow[], masterKey: Secret): Result<Keyring> {
  const keys = unwrapAll(rows, masterKey);
  if (!keys.ok) return keys;
  const { pepper, rows: rowKey, audit, identity } = keys.value;
  const peppering = pepper.reveal();
  const { recipient, privateKey } = JSON.parse(identity.reveal()) as {
    recipient: string;
    privateKey: string;
  };
  return ok({
    pepper,
    tokenMac: (token) => tokenMac(peppering, token.reveal()),
    rowMac: hmacUnder(rowKey),
    auditMac: hmacUnder(audit),
    identity: { recipient, privateKey: new Secret(privateKey) },
  });
}

/** The same data keys under another master key. */
export function rewrap(
  rows: readonly KeyringRow[],
  masterKeys: { readonly from: Secret; readonly to: Secret },
  entropy: Entropy,
): Result<readonly KeyringRow[]> {
  const keys = unwrapAll(rows, masterKeys.from);
  return keys.ok ? wrapAll(keys.value, masterKeys.to, entropy) : keys;
}

function hmacUnder(secret: Secret): (text: string) => string {
  const key = createSecretKey(secret.reveal(), 'base64');
  return (text) => createHmac('sha256', key).update(text).digest('hex');
}

/** The key object of a master key, or the fault that says why it is invalid. */
function masterKeyObject(masterKey: Secret): Result<KeyObject> {
  const text = masterKey.reveal().trim();
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== KEY_BYTES || bytes.toString('base64') !== text) return fail(MALFORMED);
  return ok(createSecretKey(bytes));
}

const MALFORMED: Fault = fault(
  'master_key',
  'the master key is malformed: it must be 32 bytes in base64; provide the key this store was created with',
);

const WRONG: Fault = fault(
  'master_key',
  'the master key is not the one this store was created with; provide that key, or restore master.key from its backup',
);

function wrapAll(keys: DataKeys, masterKey: Secret, entropy: Entropy): Result<readonly KeyringRow[]> {
  const key = masterKeyObject(masterKey);
  if (!key.ok) return key;
  return ok(
    NAMES.map((name) => {
      const iv = entropy.bytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key.value, iv).setAAD(Buffer.from(name));
      const sealed = [cipher.update(keys[name].reveal(), 'utf8'), cipher.final()];
      return { name, wrapped: Buffer.concat([iv, cipher.getAuthTag(), ...sealed]).toString('base64') };
    }),
  );
}

function unwrapAll(rows: readonly KeyringRow[], masterKey: Secret): Result<DataKeys> {
  const key = masterKeyObject(masterKey);
  if (!key.ok) return key;
  const keys: Partial<Record<(typeof NAMES)[number], Secret>> = {};
  for (const name of NAMES) {
    const secret = unwrap(name, rows.find((row) => row.name === name)?.wrapped ?? '', key.value);
    if (secret === undefined) return fail(WRONG);
    keys[name] = secret;
  }
  return ok(keys as DataKeys);
}

/** Undefined if it was wrapped with another key, under another name, or altered. */
function unwrap(name: string, wrapped: string, key: KeyObject): Secret | undefined {
  const bytes = Buffer.from(wrapped, 'base64');
  if (bytes.length <= IV_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES))
    .setAAD(Buffer.from(name))
    .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  try {
    const plain = [decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()];
    return new Secret(Buffer.concat(plain).toString('utf8'));
  } catch {
    return undefined;
  }
}
