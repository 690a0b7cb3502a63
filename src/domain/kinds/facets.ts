/**
 * What a kind declares beside its shape, so that what treats all kinds alike need not ask which one it has:
 * authorization, HTTP routes, events, `export --format cdk`. A kind says what is its own; absent means the usual.
 */
import type { Reserved, Target } from '../target.js';

/** An object, as far as its scope decides who may touch it. */
export interface Located<Spec> {
  readonly name: string;
  readonly id: string;
  readonly spec: Spec;
  /** Of a personal key: the person, by id. */
  readonly ownerId?: string | null | undefined;
}

/** What a caller of a server needs. */
export interface Access<Spec = unknown> {
  /** Its permissions are `services:read` and `services:write`. */
  readonly noun: string;
  /** What it belongs to. A key has what is of the account only where its permissions name it. */
  readonly of: 'account' | 'environment';
  /** What a permission has to reach; absent: the account. */
  target?(object: Located<Spec>): Target;
  /** Who may change it by an apply; absent: administrators. */
  reserved?(spec: Spec): Reserved;
}

export const VERBS = ['list', 'create', 'get', 'update', 'delete'] as const;
export type Verb = (typeof VERBS)[number];

/** Where its objects are on the HTTP API. */
export interface Routes {
  /** Of all of them: `/services`; one is `/services/{id}`. */
  readonly collection: string;
  /** One of them, in sentences: `service`. */
  readonly item: string;
  /** Those that are like any other kind's (http/crud.ts). The rest are use-cases of its own, with routes of their own. */
  readonly verbs: readonly Verb[];
  /** Fields of `spec` that `PATCH` changes. */
  readonly changeable: readonly string[];
}

/** How the audit log's entries about it become events; absent: `/audit` and `/changes` alone have them. */
export interface Events {
  readonly domain: 'environment' | 'space';
  /** `lifecycle`: created, updated, deleted. `grants`: what became open or closed by it. */
  readonly topics: 'lifecycle' | 'grants';
}

/** Writes the code of an app that declares objects (view/documents-cdk.ts). */
export interface CdkApp {
  literal(value: unknown): string;
  /** `Duration.days(30)`; undefined for none. */
  duration(value: unknown): string | undefined;
  /** Members are code already; undefined ones are left out. */
  object(members: CdkProps): string;
  /** The constant of an object that the app declares. */
  declared(kind: string, name: string): string | undefined;
  /** The constant of an object, declared in the app or looked up by its name. */
  reference(kind: string, name: string, environment?: string): string;
}

export type CdkProps = Readonly<Record<string, string | undefined>>;

/** A construct of its own in keywright/constructs, by the name of the kind; absent: the class that every kind has. */
export interface Cdk<Spec = unknown> {
  /** The properties beside its name, labels and annotations; of `spec` defaults are left out. */
  props(spec: Spec, app: CdkApp): CdkProps;
  /** Calls on the construct: `addMember(…)`. */
  calls?(spec: Spec, app: CdkApp): readonly string[];
}

/** Fields that are in the app as they are in the document. */
export const literals = (fields: object, app: CdkApp): CdkProps =>
  Object.fromEntries(
    Object.entries(fields).map(([field, value]) => [
      field,
      value === undefined ? undefined : app.literal(value),
    ]),
  );

/** A role by its name: one that the app declares is referred to, so that Terraform makes it first. */
export const roleCode = (role: string, app: CdkApp): string =>
  app.declared('Role', role) ?? app.literal(role);
