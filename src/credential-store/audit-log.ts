/**
 * The audit log: one entry an effect, in the transaction of the effect. Each entry's hash covers the one
 * before, and a MAC over the head is kept apart, so that neither rewriting nor truncating goes unnoticed.
 */
import { GENESIS_HASH, hashOfEntry } from '../domain/audit-hash.js';
import { canonicalJson } from '../domain/canonical.js';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import { emitEvents } from './events/audit-to-events.js';
import type { Keyring } from './keyring.js';
import { isSameMac } from './rows.js';
import type { AuditRow, Transaction } from './storage-port.js';
import type { Entry, UnitOfWork } from './unit-of-work.js';

const HEAD = 'audit_head';

/** Before the first entry. */
const GENESIS: Head = { seq: 0, hash: GENESIS_HASH };

export interface Head {
  readonly seq: number;
  readonly hash: string;
}

/** Appends an entry, and the events that it reports. Its number is the object's new revision: effects and revisions are counted as one. */
export async function record(
  work: UnitOfWork,
  object: { readonly kind: string; readonly name: string; readonly id?: string },
  { action, detail }: Entry,
): Promise<Result<number>> {
  const head = await readHead(work.tx, work.keyring);
  if (!head.ok) return head;
  const content = {
    seq: head.value.seq + 1,
    at: work.now,
    actor: work.caller.actor,
    path: work.caller.path,
    action,
    object_kind: object.kind,
    object_name: object.name,
    detail: canonicalJson(detail),
    previous_hash: head.value.hash,
  };
  const row = { ...content, hash: entryHash(content) };
  await work.tx.audit.append(row);
  await emitEvents(work, object, row);
  await writeHead(work.tx, work.keyring, row);
  return ok(row.seq);
}

export const entryHash = ({
  object_kind,
  object_name,
  previous_hash,
  ...row
}: Omit<AuditRow, 'hash'>): string =>
  hashOfEntry({ ...row, object: `${object_kind}/${object_name}`, previousHash: previous_hash });

/** The newest entry, as its MAC vouches for it; `store_tampered` otherwise. */
export async function readHead(tx: Transaction, keyring: Keyring): Promise<Result<Head>> {
  const text = await tx.meta.get(HEAD);
  const [seq = '', hash = '', mac = ''] = text?.split(' ') ?? [];
  const isVouched = text !== undefined && vouchedHeads.get(keyring) === text;
  if (!isVouched && !isSameMac(mac, keyring.auditMac(headText({ seq: Number(seq), hash }))))
    return fail(
      fault(
        'store_tampered',
        'the head of the audit log does not match its MAC: the database was changed outside Keywright',
      ),
    );
  return ok({ seq: Number(seq), hash });
}

async function writeHead(tx: Transaction, keyring: Keyring, head: Head): Promise<void> {
  const { seq, hash } = head;
  const value = `${seq} ${hash} ${keyring.auditMac(headText(head))}`;
  vouchedHeads.set(keyring, value);
  await tx.meta.put({ name: HEAD, value });
}

/** The head whose MAC was made here last: the next entry reads the same text back. */
const vouchedHeads = new WeakMap<Keyring, string>();

/** The log of a new store. */
export const startLog = (tx: Transaction, keyring: Keyring): Promise<void> => writeHead(tx, keyring, GENESIS);

export const genesisHash = GENESIS.hash;

const headText = ({ seq, hash }: Head): string => `audit_head ${seq} ${hash}`;
