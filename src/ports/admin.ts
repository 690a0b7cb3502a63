/**
 * Objects of every kind as callers of a server create, change and remove them, beside any project; with what is kept
 * beside them: attributes that nothing here goes by, workbooks and agents. Of what a project declares a change is drift;
 * attributes never are. Every method that takes `by` has asked `authorize`, and answers `forbidden`: a caller never gives
 * a right that they do not have. A change and its audit entries are one transaction. `not_found` for what is not live,
 * `bad_request` for what a kind has against it; `store_unreachable` and `store_tampered` are possible everywhere.
 */
import type { ObjectKind, SpecOf } from '../domain/kinds/index.js';
import type { LiveObject } from '../domain/live.js';
import type { ObjectRef } from '../domain/objects.js';
import type { Result } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';
import type { DurationMs, Instant } from '../domain/time.js';
import type { By, Invitation, Shown } from './identity.js';

type Labels = Readonly<Record<string, string>>;

/** Opaque JSON by name. A member that is undefined in a change is left as it is; null takes it away. */
export type Attributes = Readonly<Record<string, unknown>>;

export interface Kept {
  readonly attributes: Attributes;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

/** What is open to a guest of one space, by ids. */
export interface GuestPlace {
  readonly spaceId: string;
  /** Absent: the whole space. None: nothing of it. */
  readonly workbookIds?: readonly string[];
}

export interface NewObject<K extends ObjectKind = ObjectKind> {
  readonly kind: K;
  /**
   * Of an environment or a space any text: a name for documents is made of it, and the text is kept as the attribute
   * `name`. Absent for users, whose name is made of their address, and for guests.
   */
  readonly name?: string;
  readonly labels?: Labels | undefined;
  /** `owner.user` of a key may be an id, too. The status of a user is not looked at: they are deactivated until they accept. */
  readonly spec: SpecOf[K];
  readonly attributes?: Attributes;
  /** Of a guest, instead of `grants`. */
  readonly places?: readonly GuestPlace[];
}

/** The version that is used from now on. */
export interface IssuedKey {
  readonly object: ObjectRef;
  /** Shown once, except of a publishable key: it is kept nowhere. */
  readonly secret: Secret;
  /** What the lint of names has against it: whole sentences. */
  readonly warnings: readonly string[];
}

interface CreatedBeside {
  readonly ApiKey: IssuedKey;
  readonly User: { readonly invitation: Shown<Invitation> };
}

/** What it is called, and what is shown of it this once. */
export type Created<K extends ObjectKind = ObjectKind> = {
  readonly object: ObjectRef;
} & (K extends keyof CreatedBeside ? CreatedBeside[K] : unknown);

/** What is absent stays as it is. */
export interface Change {
  /** By name or id; a user by address, too. */
  readonly object: ObjectRef;
  readonly name?: string | undefined;
  readonly labels?: Labels | undefined;
  /** Fields that are to be so; null takes one away. */
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly attributes?: Attributes;
  /** All that is open to a guest from now on. */
  readonly places?: readonly GuestPlace[] | undefined;
}

export interface GuestPlaceChange {
  readonly guest: ObjectRef;
  /** Of a space, `us_sp_…`, or a workbook, `us_wb_…`. */
  readonly placeId: string;
}

export interface Agent extends Kept {
  /** `us_ag_…`. */
  readonly id: string;
  /** Of its environment. */
  readonly environmentId: string;
  /** Counts its deployments, from 1. */
  readonly version: number;
}

export interface Admin {
  /**
   * A key is issued and promoted at once. `exists` for a name or an address that is taken, but a space is given another
   * name then; `unknown_reference`; `conflict` for an end that has passed.
   */
  create<K extends ObjectKind>(object: NewObject<K>, by: By): Promise<Result<Created<K>>>;
  /** All of them or none. */
  createAll(objects: readonly NewObject[], by: By): Promise<Result<readonly Created[]>>;
  /**
   * Gives what it is called. `exists`, `unknown_reference`; `conflict` for the last active owner, an expired guest, and what
   * only a replacement can change.
   */
  change(change: Change, by: By): Promise<Result<ObjectRef>>;
  /**
   * All of them or none, at once: a key's versions are revoked, a user leaves every team and their personal keys die.
   * `in_use` while something else needs it, `conflict` for the last active owner.
   */
  remove(objects: readonly ObjectRef[], by: By): Promise<Result<void>>;
  /** What is kept beside these objects, and when that or what they declare was changed last; by id. */
  about(
    objects: readonly Pick<LiveObject, 'id' | 'revision' | 'createdAt'>[],
  ): Promise<Result<ReadonlyMap<string, Kept>>>;

  /**
   * The next version, at once; older ones end after `graceMs`. Undefined for a key that a project declares or that has
   * sinks: its reconciler is asked, who delivers before anything ends.
   */
  rotateKey(
    rotation: { readonly object: ObjectRef; readonly graceMs: DurationMs | undefined },
    by: By,
  ): Promise<Result<IssuedKey | undefined>>;

  giveRole(user: string, role: string, by: By): Promise<Result<void>>;
  /** Fine if they do not have it. `conflict` for the last active owner. */
  takeRole(user: string, role: string, by: By): Promise<Result<void>>;

  /** One space or workbook more. `conflict` for a workbook of a space that is open to the guest as a whole. */
  openPlace(place: GuestPlaceChange, by: By): Promise<Result<void>>;
  /** One less. `not_found` for what is not open to them as such. */
  closePlace(place: GuestPlaceChange, by: By): Promise<Result<void>>;
  /** All that is open to them of that space, if anything is. `unknown_reference`. */
  leaveSpace(from: { readonly guest: ObjectRef; readonly spaceId: string }, by: By): Promise<Result<void>>;

  /** Of the workbooks of these spaces that something is kept of, by `us_wb_…`. */
  workbooks(spaceIds: readonly string[]): Promise<Result<ReadonlyMap<string, Kept>>>;
  /** A new one in that space; gives its id. */
  createWorkbook(
    workbook: { readonly space: ObjectRef; readonly name: string; readonly attributes: Attributes },
    by: By,
  ): Promise<Result<string>>;
  changeWorkbook(id: string, attributes: Attributes, by: By): Promise<Result<void>>;
  /** `in_use` while guests are granted it. */
  removeWorkbook(id: string, by: By): Promise<Result<void>>;

  /** Of these environments, by environment and slug. */
  agents(environmentIds: readonly string[]): Promise<Result<readonly Agent[]>>;
  /** The agent of that slug is replaced; one without a slug is always another. Gives it as it is then. */
  deployAgent(
    agent: { readonly environment: string; readonly attributes: Attributes },
    by: By,
  ): Promise<Result<Agent>>;
  removeAgent(id: string, by: By): Promise<Result<void>>;
}
