/** The rows of credentials of people and guests, and of the keys that their access tokens are signed with. Part of the storage port. */

/**
 * What people and guests sign in with, and the sessions that follow; keys have versions instead. One table, because
 * all of them live and end alike: with their holder, with their parent, by their end, or manually.
 */
export interface CredentialRow {
  /** `us_pat_…`, `us_ses_…`, … by kind. */
  readonly id: string;
  /** `CredentialRowKind` (identity/credentials.ts). */
  readonly kind: string;
  /** The object it belongs to: a person, guest or key; of a shared link, the space. */
  readonly holder_id: string;
  /** Of a session: the credential, or the version of a key, that it was exchanged for. */
  readonly parent_id: string | null;
  readonly name: string | null;
  /** A token's MAC, or a password's hash; sessions have none. */
  readonly proof: string | null;
  readonly created_at: number;
  readonly expires_at: number | null;
  /** Used up, by what is meant to be used once. */
  readonly spent_at: number | null;
  /** For good. */
  readonly ended_at: number | null;
  /** Of a client's session: the space that it made, which is all it reaches. */
  readonly space_id: string | null;
  /** Over everything above. */
  readonly row_mac: string;
  readonly last_used_at: number | null;
}

/** A key pair that access tokens are signed with. */
export interface SigningKeyRow {
  readonly id: string;
  /** Base64url of the public half. */
  readonly public_key: string;
  /** The private half, sealed; empty from the moment that nothing is signed with it any more. */
  readonly sealed: string;
  readonly created_at: number;
  readonly retired_at: number | null;
  /** Over everything above. */
  readonly row_mac: string;
}

export interface CredentialQueries {
  byId(id: string): Promise<CredentialRow | undefined>;
  /** Of one holder and kind, oldest first, those that ended too. */
  of(holderId: string, kind: string): Promise<readonly CredentialRow[]>;
  /** Of one kind, those that ended too. */
  ofKind(kind: string): Promise<readonly CredentialRow[]>;
  insert(row: CredentialRow): Promise<void>;
  /** Its ends, and the space that it is confined to; all else is for ever. */
  update(row: CredentialRow): Promise<void>;
  /**
   * Removes at most so many that expired before, the oldest first. What has no end of its own stays, for in a backup it
   * may be good still; and what a message is about.
   */
  purge(before: number, limit: number): Promise<void>;
  /** Use never goes back in time. */
  used(id: string, at: number): Promise<void>;
}

export interface SigningKeyQueries {
  /** Oldest first. */
  all(): Promise<readonly SigningKeyRow[]>;
  put(row: SigningKeyRow): Promise<void>;
}
