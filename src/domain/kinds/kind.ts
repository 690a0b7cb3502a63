/**
 * What a kind of document is. A kind is declared once, in a file of its own in this folder; the checks,
 * the JSON Schema, the defaults, the reference docs, the diff and the order of creation derive from it.
 */
import type { TSchema } from 'typebox';
import type { ConnectionType } from '../connections/index.js';
import type { Metadata } from '../metadata.js';
import type { RoleScope } from '../roles.js';
import type { SinkDeclaration } from '../sinks/index.js';
import type { Access, Cdk, Events, Routes } from './facets.js';

/**
 * A field that names another object, by its name within its kind (`ObjectRef`), its id, or its alias.
 * `path` is where it stands in the document: `spec.owner.service`.
 */
export interface Reference {
  readonly kind: string;
  readonly name: string;
  readonly path: string;
  /** Of a Connection: the type that is needed here. */
  readonly connection?: ConnectionType;
  /** Of a Role: where it is given, so that it must be one for there (fit.ts). */
  readonly scope?: RoleScope;
  /** Of a Space: the environment that it must be in, which an id does not say. */
  readonly environment?: string;
  /** Of a Space: the workbooks of it that are named too; the first stands at `path` and `.0`. */
  readonly workbooks?: { readonly path: string; readonly names: readonly string[] };
}

/** A rule across fields that was broken. The message is a sentence that follows the path. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** What is wrong with naming an object here, though it exists. */
export interface ConstraintViolation {
  /** Of a name that means nothing, or of one that means something else than is needed here. */
  readonly kind: 'unknown' | 'contradiction';
  /** Where it stands in the document: `spec.grants.0.workbooks.1`. */
  readonly path: string;
  readonly message: string;
  /** Of an unknown name: it, and those that there are. */
  readonly name?: string;
  readonly known?: readonly string[];
}

/** An object that a reference names. */
interface Named<Spec> {
  readonly name: string;
  readonly spec: Spec;
}

type Misfits<Spec> = (reference: Reference, named: Named<Spec>) => readonly ConstraintViolation[];

export interface Kind<Spec = unknown> {
  readonly name: string;
  /** One sentence for people: the head of its page in the reference. */
  readonly summary: string;
  /** The shape of `spec`; descriptions and defaults included. Arrays with `uniqueItems` are sets, and so are those with `x-set`, which `check` holds. */
  readonly schema: TSchema;
  /** A document that is right, for the reference and the examples. */
  readonly example: { readonly metadata: { readonly name: string }; readonly spec: Spec };
  /** Begins the ids of its live objects: `us_env`. */
  readonly idPrefix: string;
  /** Top-level fields of `spec` whose change makes a new object instead of updating the old one. */
  readonly replacedBy: readonly (keyof Spec & string)[];
  /** The environment that its names are unique within; absent: unique by themselves (contract.md, fine print 6). */
  within?(spec: Spec): string;
  /** Another name, unique among the live ones of its kind, that references may use: a person's address. */
  alias?(spec: Spec): string;
  /** The objects that this one needs to exist. */
  references(spec: Spec): readonly Reference[];
  /** Rules that a schema cannot say. */
  check(spec: Spec, metadata: Metadata): readonly Problem[];
  /** What a reference to one asks of it, beyond being there; none when it fits. */
  readonly constraintViolations?: Misfits<Spec>;
  /** What its secret is delivered to. */
  sinks?(spec: Spec): readonly SinkDeclaration[];
  /** Names of people or secrets do not belong in its name (naming.ts). */
  readonly isNameLinted?: true;
  readonly access: Access<Spec>;
  /** Absent: the HTTP API has no objects of it. */
  readonly routes?: Routes;
  readonly events?: Events;
  readonly cdk?: Cdk<Spec>;
}
