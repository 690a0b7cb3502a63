/**
 * What a route is: its place, who may call it, what it takes and gives, and what it does. The router, the checks of
 * what comes in and /openapi.json are made from these definitions alone.
 */
import { type Static, type TObject, type TSchema, Type } from 'typebox';
import type { FaultCode } from '../domain/errors.js';
import type { Principal } from '../domain/principal.js';
import { ok, type Result } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';
import type { CallContext } from '../ports/authority.js';
import type { Scope } from './access.js';
import type { BodyFormat } from './body.js';
import type { Refusal } from './problem.js';
import type { HttpWorld } from './world.js';

export type Answer =
  | { readonly kind: 'json'; readonly body: unknown }
  /** Server-sent events, until the signal aborts: the caller went away or the server stops. */
  | { readonly kind: 'events'; readonly events: (signal: AbortSignal) => AsyncIterable<string> };

/** Who asks, as far as a route needs to know. A key that is answered from memory is no more than that. */
export type Asker = Pick<Principal, 'environment' | 'permissions'>;

export interface Call<P = unknown, Q = unknown, B = unknown, Who = Principal> {
  readonly principal: Who;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** What was shown, for routes about the caller's own credential. */
  readonly credential: Presented;
}

export interface Presented {
  readonly token: Secret;
  readonly context: CallContext;
  readonly lastEventId: string | undefined;
}

export type Answered = Result<Answer, Refusal>;

export interface Definition<P extends TObject, Q extends TObject, B extends TSchema, Who = Principal> {
  readonly method: 'GET' | 'POST';
  /** Below the prefix, as OpenAPI writes it: `/keys/{id}`. */
  readonly path: string;
  /** Its operationId. */
  readonly id: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** Undefined: whoever is known. */
  readonly permission?: string;
  /** Where the permission has to hold; `account` if absent. */
  readonly scope?: Scope;
  readonly params?: P;
  readonly query?: Q;
  /** A body may be left out where `{}` is right. */
  readonly body?: B;
  readonly formats?: readonly BodyFormat[];
  /** Of a 200. `events`: a stream. */
  readonly answer: TSchema | 'events';
  /** Beyond what any route may answer. */
  readonly faults?: readonly FaultCode[];
  handle(call: Call<Static<P>, Static<Q>, Static<B>, Who>, world: HttpWorld): Answered | Promise<Answered>;
}

/** A definition whose types are forgotten: the schemas beside `handle` are what a call is checked against. */
export interface Route<Who = Principal>
  extends Omit<Definition<TObject, TObject, TSchema>, 'handle' | 'params' | 'query'> {
  readonly params: TObject;
  readonly query: TObject;
  readonly handle: (
    call: Call<unknown, unknown, unknown, Who>,
    world: HttpWorld,
  ) => Answered | Promise<Answered>;
}

const NONE = Type.Object({}, { additionalProperties: false });

export function route<
  P extends TObject = TObject<Record<never, never>>,
  Q extends TObject = TObject<Record<never, never>>,
  B extends TSchema = TSchema,
  Who = Principal,
>(definition: Definition<P, Q, B, Who>): Route<Who> {
  const { params = NONE, query = NONE } = definition;
  return { ...definition, params, query, handle: definition.handle as Route<Who>['handle'] };
}

export const json = (body: unknown): Answered => ok({ kind: 'json', body });
