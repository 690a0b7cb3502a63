/**
 * Checkpoints: how far the audit log went at an instant, signed, to be kept elsewhere. The chain and the MAC of its head
 * show that the log is whole and Keywright's; they cannot show that it is not an older one, put back with the rows that belong
 * to it. A line that is kept where a writer of the database cannot write shows that.
 */
import { createPublicKey } from 'node:crypto';
import { CompactSign, compactVerify, errors } from 'jose';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import { formatInstant } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';
import type { Checkpoint, CheckpointsHeld } from '../ports/live-store.js';
import { readHead } from './audit-log.js';
import { jwkOf, privateKeyOf, publicHalf } from './ed25519.js';
import type { Keyring } from './keyring.js';
import type { Storage, Transaction } from './storage-port.js';

const ALGORITHM = 'EdDSA';
/** Nothing else that we sign is taken for one, nor one for anything else. */
const TYPE = 'keywright-checkpoint';

interface Signing {
  readonly keyring: Keyring;
  readonly storeId: string;
}

interface Said {
  readonly storeId: string;
  readonly seq: number;
  readonly hash: string;
  readonly at: string;
}

/** `store_tampered` if the head of the log was not written by Keywright. */
export async function checkpoint(
  storage: Storage,
  { keyring, storeId, clock }: Signing & { readonly clock: Clock },
): Promise<Result<Checkpoint>> {
  const head = await storage.read((tx) => readHead(tx, keyring));
  if (!head.ok) return head;
  const { seq, hash } = head.value;
  const at = clock.now();
  const said: Said = { storeId, seq, hash, at: formatInstant(at) };
  const privateKey = checkpointKey(keyring);
  const line = await new CompactSign(Buffer.from(JSON.stringify(said)))
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, jwk: { ...jwkOf(publicHalf(privateKey)) } })
    .sign(privateKey);
  return ok({ seq, at, line });
}

/** `audit_broken`, for the first line that does not hold. */
export async function verifyCheckpoints(
  storage: Storage,
  signing: Signing,
  lines: readonly string[],
): Promise<Result<CheckpointsHeld>> {
  const saids: Said[] = [];
  for (const [index, line] of lines.entries()) {
    const said = await read(line, signing);
    if (said === undefined)
      return broken(
        `checkpoint ${index + 1} was not signed by this store: it was altered, or belongs to another store`,
      );
    saids.push(said);
  }
  return storage.read(async (tx) => {
    for (const said of saids) {
      const held = await hold(tx, said);
      if (!held.ok) return held;
    }
    return ok({ checkpoints: saids.length, seq: Math.max(0, ...saids.map(({ seq }) => seq)) });
  });
}

async function hold(tx: Transaction, { seq, hash, at }: Said): Promise<Result<void>> {
  if (seq === 0) return ok(undefined);
  const [entry] = await tx.audit.page(seq - 1, 1);
  if (entry?.seq !== seq)
    return broken(
      `the log ends at entry ${await tx.audit.lastSeq()}, but had entry ${seq} at ${at}: it was truncated, or an ` +
        'older copy of the database or a backup replaced it',
    );
  return entry.hash === hash
    ? ok(undefined)
    : broken(`entry ${seq} differs from the entry recorded at ${at}: the log was rewritten since`);
}

/** Undefined unless this store signed it. */
async function read(line: string, { keyring, storeId }: Signing): Promise<Said | undefined> {
  try {
    const { payload, protectedHeader } = await compactVerify(line, createPublicKey(checkpointKey(keyring)), {
      algorithms: [ALGORITHM],
    });
    if (protectedHeader.typ !== TYPE) return undefined;
    const said = JSON.parse(Buffer.from(payload).toString('utf8')) as Said;
    return said.storeId === storeId ? said : undefined;
  } catch (error) {
    // The library throws for whatever is wrong with a signature.
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}

/** One for the life of the store, from the key that vouches for the head: nothing more to keep, nor to rotate away. */
const checkpointKey = ({ auditMac }: Keyring) =>
  privateKeyOf(Buffer.from(auditMac('signing key of checkpoints'), 'hex'));

const broken = (what: string): Result<never> => fail(fault('audit_broken', what));
