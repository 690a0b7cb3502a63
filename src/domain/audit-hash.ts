/** What an entry of the audit log is hashed from, so that a holder of the entries can check the chain without the store. */
import { canonicalJson, sha256 } from './canonical.js';
import type { Instant } from './time.js';

export interface HashedEntry {
  /** Counts from 1 without gaps. */
  readonly seq: number;
  readonly at: Instant;
  readonly actor: string;
  readonly path: string;
  /** `key.issued`, `object.updated`, … */
  readonly action: string;
  /** `ApiKey/billing-prod`. */
  readonly object: string;
  /** Canonical JSON. */
  readonly detail: string;
  /** Of the entry before. */
  readonly previousHash: string;
}

/** Before the first entry. */
export const GENESIS_HASH = '0'.repeat(64);

/** Covers everything in the entry, and the hash before. */
export const hashOfEntry = ({
  previousHash,
  seq,
  at,
  actor,
  path,
  action,
  object,
  detail,
}: HashedEntry): string =>
  sha256(previousHash + canonicalJson({ seq, at, actor, path, action, object, detail }));
