/**
 * Keys, services, teams and roles as callers of a server make, change and remove them, beside any project. Every
 * method has asked `authorize`, and answers `forbidden`: a caller never gives a right that they do not have. A change and its
 * audit entries are one transaction. `not_found` for what is not live, `bad_request` for what a kind has against it;
 * `store_unreachable` and `store_tampered` are possible everywhere.
 */
import type { ApiKeySpec } from '../domain/kinds/index.js';
import type { Declaration, ObjectRef } from '../domain/objects.js';
import type { Result } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';
import type { DurationMs } from '../domain/time.js';
import type { By } from './identity.js';

type Labels = Readonly<Record<string, string>>;

export interface NewKey {
  readonly name: string;
  readonly labels?: Labels | undefined;
  /** `owner.user` may be an id, too. */
  readonly spec: Pick<
    ApiKeySpec,
    'environment' | 'type' | 'owner' | 'permissions' | 'expiresAt' | 'expiresAfter'
  >;
}

/** The version that is used from now on. */
export interface IssuedKey {
  readonly object: ObjectRef;
  /** Shown once, except of a publishable key: it is kept nowhere. */
  readonly secret: Secret;
  /** What the lint of names has against it: whole sentences. */
  readonly warnings: readonly string[];
}

/** A field that is absent stays as it is; null takes it away. */
export interface KeyChange {
  readonly object: ObjectRef;
  readonly name?: string | undefined;
  readonly labels?: Labels | undefined;
  readonly permissions?: readonly string[] | null | undefined;
  readonly expiresAt?: string | null | undefined;
}

/** Of a kind whose `routes` have the verbs for it. */
export type AdminDeclaration = Declaration;

export interface AdminChange {
  readonly object: ObjectRef;
  readonly name?: string | undefined;
  readonly labels?: Labels | undefined;
  /** Fields that are to be so; null takes one away. */
  readonly spec: Readonly<Record<string, unknown>>;
}

export interface Admin {
  /** Made, issued and promoted at once. `exists`, `unknown_reference`, `conflict` for an end that has passed. */
  createKey(key: NewKey, by: By): Promise<Result<IssuedKey>>;
  /**
   * The next version, at once; older ones end after `graceMs`. Undefined for a key that a project declares or that has
   * sinks: its reconciler is asked, who delivers before anything ends.
   */
  rotateKey(
    rotation: { readonly object: ObjectRef; readonly graceMs: DurationMs | undefined },
    by: By,
  ): Promise<Result<IssuedKey | undefined>>;
  /** What it may do from now on, and until when at most. Gives what it is called. `exists`. */
  changeKey(change: KeyChange, by: By): Promise<Result<ObjectRef>>;

  /** `exists`, `unknown_reference`. */
  create(declaration: AdminDeclaration, by: By): Promise<Result<ObjectRef>>;
  /** Gives what it is called. `exists`, `unknown_reference`, `conflict`. */
  change(change: AdminChange, by: By): Promise<Result<ObjectRef>>;
  /** At once; a key's versions are revoked. `in_use` while something else needs it. */
  remove(object: ObjectRef, by: By): Promise<Result<void>>;
}
