/**
 * What the credential store asks of a database: transactions over named queries, and the rows they give and
 * take. Types only. Rows are plain text, integers and null, so that every engine stores the same;
 * instants are milliseconds, booleans 0 or 1, structures JSON.
 */
import type { Result } from '../domain/result.js';
import type { DurationMs } from '../domain/time.js';
import type { AttributeQueries } from './storage-port/attributes.js';
import type { CredentialQueries, SigningKeyQueries } from './storage-port/credentials.js';
import type { EventQueries } from './storage-port/events.js';
import type { OutboxQueries } from './storage-port/outbox.js';
import type { SecretQueries } from './storage-port/secrets.js';
import type { UsageQueries } from './storage-port/usage.js';

export type { AttributeKind, AttributeQueries, AttributeRow } from './storage-port/attributes.js';
export type {
  CredentialQueries,
  CredentialRow,
  SigningKeyQueries,
  SigningKeyRow,
} from './storage-port/credentials.js';
export type { EventFilter, EventQueries, EventRow } from './storage-port/events.js';
export type { MessageRow, OutboxQueries } from './storage-port/outbox.js';
export type { SecretQueries, SecretRow } from './storage-port/secrets.js';
export type { InstanceRow, ReplayRow, UsageQueries, UsageRow } from './storage-port/usage.js';

export interface ObjectRow {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  /** Canonical JSON of the declaration. */
  readonly declaration: string;
  readonly digest: string;
  readonly project: string | null;
  readonly manager: string | null;
  readonly origin: string;
  readonly revision: number;
  readonly quiet_until: number;
  readonly key_type: string | null;
  readonly is_prod: number | null;
  readonly deactivated_at: number | null;
  readonly rotation_requested_at: number | null;
  readonly acknowledged_generation: number | null;
  /** Another name within its kind, unique among the live: a person's address. */
  readonly alias: string | null;
  /** Of a personal key: the person, even if another has that name later. */
  readonly owner_id: string | null;
  /** Of a guest: when the first grant was given; access is counted from it. */
  readonly granted_at: number | null;
  readonly created_at: number;
  /** Set: a tombstone, which no longer holds its name. */
  readonly removed_at: number | null;
  /** What its project applied last, where a manual change moved away from that (applied.ts); null: it is as declared. */
  readonly applied: string | null;
  /** Over everything above, and the deliveries (rows.ts). */
  readonly row_mac: string;
  /** JSON of `Delivery[]`, as they were confirmed at the last promotion. */
  readonly deliveries: string;
}

export interface VersionRow {
  readonly token_id: string;
  readonly object_id: string;
  readonly generation: number;
  readonly token_mac: string;
  readonly fingerprint: string;
  readonly issued_at: number;
  readonly promoted_at: number | null;
  readonly retiring_at: number | null;
  readonly suspended_until: number | null;
  readonly revoked_at: number | null;
  /** 1: it was revoked at once, which no clock is asked about; null: it was not. */
  readonly is_revoked: number | null;
  readonly expires_at: number | null;
  /** The undelivered secret in a sealed box, and for whom; both or neither. */
  readonly sealed: string | null;
  readonly recipient: string | null;
  /** The token itself, of publishable keys only. */
  readonly clear: string | null;
  /** Over everything above; use is not covered, so that using a key rewrites nothing else. */
  readonly row_mac: string;
  readonly last_used_at: number | null;
  /** Times that it was accepted; null for one that is older than counting. */
  readonly use_count: number | null;
}

/** The object that a token was issued for. */
export type TokenOwnerRow = Pick<VersionRow, 'token_id'> & Pick<ObjectRow, 'kind' | 'name' | 'removed_at'>;

export interface ReferenceRow {
  readonly object_id: string;
  readonly kind: string;
  readonly name: string;
}

export interface ConsumerRow {
  readonly token_id: string;
  readonly consumer: string;
  readonly last_seen_at: number;
}

/** An effect, once: the audit log is the change feed too. */
export interface AuditRow {
  readonly seq: number;
  readonly at: number;
  readonly actor: string;
  readonly path: string;
  readonly action: string;
  readonly object_kind: string;
  readonly object_name: string;
  readonly detail: string;
  readonly previous_hash: string;
  readonly hash: string;
}

export interface LeaseRow {
  readonly name: string;
  /** Empty once released. */
  readonly holder: string;
  readonly epoch: number;
  readonly until: number;
  /** When it was acquired; null: released. */
  readonly since: number | null;
  /** JSON of the process that holds it; null where it did not say. */
  readonly process: string | null;
}

/** A data key, wrapped with the master key. */
export interface KeyringRow {
  readonly name: string;
  readonly wrapped: string;
}

export interface MetaRow {
  readonly name: string;
  readonly value: string;
}

/**
 * What a survey says of a live object, as a line of cells (domain/lines.ts): kind, name, digest, revision, quiet until,
 * origin, deliveries, project, manager; the last two are empty where it has no owner.
 */
export type ObjectLine = string;

/** The same columns of a row that was read whole. */
export type SummaryRow = Pick<
  ObjectRow,
  'kind' | 'name' | 'digest' | 'project' | 'manager' | 'origin' | 'revision' | 'quiet_until' | 'deliveries'
>;

export type OwnerRow = Pick<ObjectRow, 'project' | 'manager'>;

export interface ObjectQueries {
  byId(id: string): Promise<ObjectRow | undefined>;
  byIds(ids: readonly string[]): Promise<readonly ObjectRow[]>;
  /** The live object of that name. */
  find(kind: string, name: string): Promise<ObjectRow | undefined>;
  /** The live object of that alias. */
  findAlias(kind: string, alias: string): Promise<ObjectRow | undefined>;
  /** How many live objects a project owns. */
  countOwned(project: string): Promise<number>;
  /** Live keys and tombstones of a person; guests whom a guest invited. */
  ownedBy(ownerId: string): Promise<readonly ObjectRow[]>;
  /** Every live object of a kind, by name. */
  ofKind(kind: string): Promise<readonly ObjectRow[]>;
  /** Live objects of a kind, by name, those after `after`. */
  page(kind: string, after: string, limit: number): Promise<readonly ObjectRow[]>;
  findMany(kind: string, names: readonly string[]): Promise<readonly ObjectRow[]>;
  /** Tombstones of that name, newest first. */
  tombstones(kind: string, name: string): Promise<readonly ObjectRow[]>;
  /** Of all live objects, by kind and name. */
  survey(): Promise<readonly ObjectLine[]>;
  /** The owners of something that is live, or was until it was removed manually; by project and manager. */
  owners(): Promise<readonly OwnerRow[]>;
  /** What they own: live, or removed manually. In no order. */
  declaredBy(owner: { readonly project: string; readonly manager: string }): Promise<readonly ObjectRow[]>;
  /** Objects, live or removed, that name this one. */
  referring(kind: string, name: string): Promise<readonly ObjectRow[]>;
  insert(row: ObjectRow, references: readonly ReferenceRow[]): Promise<void>;
  update(row: ObjectRow): Promise<void>;
  replaceReferences(id: string, references: readonly ReferenceRow[]): Promise<void>;
}

export interface VersionQueries {
  byTokenId(tokenId: string): Promise<VersionRow | undefined>;
  /** By token id, those after `after`. */
  page(after: string, limit: number): Promise<readonly VersionRow[]>;
  /** Of one object, by version. */
  of(objectId: string): Promise<readonly VersionRow[]>;
  /** Of several, by object and version. */
  ofMany(objectIds: readonly string[]): Promise<readonly VersionRow[]>;
  /** Of the tokens that there are, in no order. */
  owners(tokenIds: readonly string[]): Promise<readonly TokenOwnerRow[]>;
  insert(row: VersionRow): Promise<void>;
  /** Everything but use. */
  update(row: VersionRow): Promise<void>;
  /** Use never goes back in time. */
  used(tokenId: string, at: number): Promise<void>;
  seen(row: ConsumerRow): Promise<void>;
  consumers(tokenIds: readonly string[]): Promise<readonly ConsumerRow[]>;
}

export interface ReviewWindow {
  readonly now: number;
  /** What happened last before, or ends by then. */
  readonly before: number;
}

export type IdleRow = Pick<ObjectRow, 'kind' | 'name'> & Pick<VersionRow, 'issued_at' | 'last_used_at'>;
export type OldRow = Pick<ObjectRow, 'kind' | 'name'> & Pick<VersionRow, 'issued_at' | 'generation'>;
export type ExpiringRow = ObjectRow & { readonly issued_at: number; readonly expires_at: number };

/** Over all live keys, by name. */
export interface ReviewQueries {
  /** Keys that are tied to a person. */
  personal(): Promise<readonly ObjectRow[]>;
  /** Not used since, and there before; by the first issue and the last use of what is accepted. */
  idle(window: ReviewWindow): Promise<readonly IdleRow[]>;
  /** Accepted versions that were issued before. */
  old(window: ReviewWindow): Promise<readonly OldRow[]>;
  /** Keys whose newest version ends by then. */
  expiring(window: ReviewWindow): Promise<readonly ExpiringRow[]>;
}

export interface AuditQueries {
  append(row: AuditRow): Promise<void>;
  page(since: number, limit: number): Promise<readonly AuditRow[]>;
  pageOf(
    object: { readonly kind: string; readonly name: string },
    page: AuditPage,
  ): Promise<readonly AuditRow[]>;
  lastSeq(): Promise<number>;
  /** When these entries were written, in no order. */
  times(seqs: readonly number[]): Promise<readonly Pick<AuditRow, 'seq' | 'at'>[]>;
}

export interface AuditPage {
  readonly since: number;
  readonly limit: number;
}

export interface LeaseQueries {
  get(name: string): Promise<LeaseRow | undefined>;
  put(row: LeaseRow): Promise<void>;
}

export interface KeyringQueries {
  all(): Promise<readonly KeyringRow[]>;
  put(row: KeyringRow): Promise<void>;
}

export interface MetaQueries {
  get(name: string): Promise<string | undefined>;
  put(row: MetaRow): Promise<void>;
}

export interface Transaction {
  readonly objects: ObjectQueries;
  readonly versions: VersionQueries;
  readonly credentials: CredentialQueries;
  readonly signingKeys: SigningKeyQueries;
  readonly belongings: AttributeQueries;
  readonly events: EventQueries;
  readonly secrets: SecretQueries;
  readonly outbox: OutboxQueries;
  readonly accounting: UsageQueries;
  readonly review: ReviewQueries;
  readonly audit: AuditQueries;
  readonly leases: LeaseQueries;
  readonly keyring: KeyringQueries;
  readonly meta: MetaQueries;
}

/** A failed result of the function undoes everything it wrote; so does an exception, which is passed on. */
export type Transactional = <T>(work: (tx: Transaction) => Promise<Result<T>>) => Promise<Result<T>>;

export interface Storage {
  /** One consistent snapshot; must not write. */
  readonly read: Transactional;
  /** Alone of its kind at any time; durable when it answers. */
  readonly write: Transactional;
  /**
   * How long after its lease has ended a stale reconciler's write may still land: its longest request, and
   * the most by which the clocks of those who share this database may differ.
   */
  readonly lateMs: DurationMs;
  /**
   * Calls `listener` soon after a transaction of any process appended to the audit log, and when that may
   * have gone unheard. May call too often, so the callee checks for itself. Returns what ends it.
   */
  watch(listener: () => void): () => void;
  close(): Promise<void>;
}
