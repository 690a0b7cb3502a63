/** One effect at work: its transaction, when and by whom; and the ways in which it ends. */
import type { Entropy } from '../domain/entropy.js';
import { type Fault, fault } from '../domain/errors.js';
import { type ObjectRef, refText } from '../domain/objects.js';
import type { Principal } from '../domain/principal.js';
import { ok, type Result } from '../domain/result.js';
import type { Instant } from '../domain/time.js';
import type { Caller, Outcome } from '../ports/live-store.js';
import type { Sealing } from '../ports/sealing.js';
import type { Keyring } from './keyring.js';
import type { ObjectRow, Transaction } from './storage-port.js';

export interface UnitOfWork {
  readonly tx: Transaction;
  readonly now: Instant;
  readonly caller: Caller;
  /** Whose rights decide, as they are in this transaction; absent: the operator of the store. */
  readonly principal?: Principal | undefined;
  /** A reconciler's effect; absent: a manual one. */
  readonly isApply?: true;
  /** Messages are sent from here: what people are to receive goes into the outbox. */
  readonly hasPost?: boolean;
  readonly keyring: Keyring;
  readonly entropy: Entropy;
  readonly sealing: Sealing;
}

/** What goes into the audit log beside the object. */
export interface Entry {
  readonly action: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export const moved = (ref: ObjectRef, why = 'it changed between planning and writing'): Fault =>
  fault('moved', `${refText(ref)}: ${why}; plan again`);

export const unchanged = (row: ObjectRow): Result<Outcome> => ok({ revision: row.revision, changed: false });

export const changed = (revision: number): Result<Outcome> => ok({ revision, changed: true });
