/**
 * Environments, spaces, workbooks and agents as callers of a server make and change them, with what they keep beside
 * them: attributes that nothing here goes by. What an object declares is drift when its project declares otherwise;
 * attributes never are. Every method that takes `by` has asked `authorize`, and answers `forbidden`. A change and its
 * audit entry are one transaction. `store_unreachable` and `store_tampered` are possible everywhere.
 */
import type { EnvironmentSpec, SpaceSpec } from '../domain/kinds/index.js';
import type { LiveObject } from '../domain/live.js';
import type { ObjectRef } from '../domain/objects.js';
import type { Result } from '../domain/result.js';
import type { Instant } from '../domain/time.js';
import type { Events } from './events.js';
import type { Guests } from './guests.js';
import type { By } from './identity.js';
import type { Secrets } from './secrets.js';

/** Opaque JSON by name. A member that is undefined in a change is left as it is; null takes it away. */
export type Attributes = Readonly<Record<string, unknown>>;

export interface Kept {
  readonly attributes: Attributes;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

/** `name` may be any text: a name for documents is made of it, and the text is kept as the attribute `name`. */
export type NewSpace = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly attributes: Attributes;
} & (
  | { readonly kind: 'Environment'; readonly spec: EnvironmentSpec }
  | { readonly kind: 'Space'; readonly spec: SpaceSpec }
);

export interface SpaceChange {
  readonly object: ObjectRef;
  /** Fields of the declaration that are to be so. */
  readonly spec: Partial<EnvironmentSpec> | Partial<SpaceSpec>;
  readonly attributes: Attributes;
}

export interface Agent extends Kept {
  /** `us_ag_…`. */
  readonly id: string;
  /** Of its environment. */
  readonly environmentId: string;
  /** Counts its deployments, from 1. */
  readonly version: number;
}

export interface Spaces {
  readonly guests: Guests;
  readonly secrets: Secrets;
  readonly events: Events;

  /** What is kept beside these objects, and when that or what they declare was changed last; by id. */
  about(
    objects: readonly Pick<LiveObject, 'id' | 'revision' | 'createdAt'>[],
  ): Promise<Result<ReadonlyMap<string, Kept>>>;
  /** `exists` for an environment of that name; a space is given another one then. Gives what it is called. */
  create(room: NewSpace, by: By): Promise<Result<ObjectRef>>;
  /** `not_found`, and the faults of changing a declaration. */
  change(change: SpaceChange, by: By): Promise<Result<void>>;
  /** All of them or none. `not_found`, `in_use`. */
  remove(objects: readonly ObjectRef[], by: By): Promise<Result<void>>;

  /** Of the workbooks of these spaces that something is kept of, by `us_wb_…`. */
  workbooks(spaceIds: readonly string[]): Promise<Result<ReadonlyMap<string, Kept>>>;
  /** A new one in that space; gives its id. */
  createWorkbook(
    workbook: { readonly space: ObjectRef; readonly name: string; readonly attributes: Attributes },
    by: By,
  ): Promise<Result<string>>;
  /** `not_found`. */
  changeWorkbook(id: string, attributes: Attributes, by: By): Promise<Result<void>>;
  /** `not_found`; `in_use` while guests are granted it. */
  removeWorkbook(id: string, by: By): Promise<Result<void>>;

  /** Of these environments, by environment and slug. */
  agents(environmentIds: readonly string[]): Promise<Result<readonly Agent[]>>;
  /** The agent of that slug is replaced; one without a slug is always another. Gives it as it is then. */
  deployAgent(
    agent: { readonly environment: string; readonly attributes: Attributes },
    by: By,
  ): Promise<Result<Agent>>;
  /** `not_found`. */
  removeAgent(id: string, by: By): Promise<Result<void>>;
}
