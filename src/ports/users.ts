/**
 * People as callers of a server invite, change and remove them. Every method has asked `authorize`, and answers
 * `forbidden`: a caller never gives a right that they do not have, and owners are changed by owners. `person` is a name, an
 * address or an id; `not_found` if no person matches. `store_unreachable` and `store_tampered` are possible everywhere.
 */
import type { ObjectRef } from '../domain/objects.js';
import type { Result } from '../domain/result.js';
import type { By, Invitation, Shown } from './identity.js';
import type { Attributes } from './spaces.js';

export interface NewUser {
  readonly email: string;
  readonly name: string;
  /** Tenant roles, by name. */
  readonly roles: readonly string[];
}

export interface UserChange {
  readonly name?: string | undefined;
  /** A deactivated person cannot sign in, and their personal keys are refused. */
  readonly status?: 'active' | 'deactivated' | undefined;
  readonly attributes?: Attributes;
}

export interface Users {
  /** They are deactivated until they accept. `exists` for an address that is taken; `unknown_reference`. */
  add(
    person: NewUser,
    by: By,
  ): Promise<Result<{ readonly person: ObjectRef; readonly invitation: Shown<Invitation> }>>;
  /** `conflict` for the last active owner. */
  change(person: string, change: UserChange, by: By): Promise<Result<void>>;
  giveRole(person: string, role: string, by: By): Promise<Result<void>>;
  /** Fine if they do not have it. `conflict` for the last active owner. */
  takeRole(person: string, role: string, by: By): Promise<Result<void>>;
  /** At once, out of every team; their personal keys die. `conflict` for the last active owner. */
  remove(person: string, by: By): Promise<Result<void>>;
}
