/** Sealed boxes: anyone can seal to a public key, only its owner can open (contract.md, fine print 5). */
import type { Secret } from '../domain/secret.js';

/** Base64 of the public key. Names the recipient of an envelope. */
export type Recipient = string;

export interface Identity {
  readonly recipient: Recipient;
  /** Base64 of the private key. */
  readonly privateKey: Secret;
}

export interface Sealing {
  newIdentity(): Promise<Identity>;
  /** Base64 of the sealed box. */
  seal(secret: Secret, recipient: Recipient): Promise<string>;
  /** Undefined if the box is not for this identity or was altered. */
  open(sealed: string, identity: Identity): Promise<Secret | undefined>;
}
