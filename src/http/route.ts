/**
 * What a route is: its place, who may call it, what it takes and gives, and what it does. The router, the checks of
 * what comes in and /openapi.json are made from these definitions alone.
 */
import { type Static, type TObject, type TSchema, Type } from 'typebox';
import type { FaultCode } from '../domain/errors.js';
import type { Principal } from '../domain/principal.js';
import { ok, type Result } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';
import type { CallContext } from '../ports/identity.js';
import type { Scope } from './access.js';
import type { BodyFormat } from './body.js';
import type { Refusal } from './problem.js';
import type { HttpWorld } from './world.js';

export type Answer =
  /** `replay`: the answer to the same request again (`Idempotency-Key`), where that is another: without the secret. */
  | {
      readonly kind: 'json';
      readonly body: unknown;
      readonly replay?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Texts one after another, until the signal aborts: the caller went away or the server stops. */
  | { readonly kind: StreamFormat; readonly events: (signal: AbortSignal) => AsyncIterable<string> };

/** Server-sent events, or a JSON text a line. */
export const STREAM_FORMATS = ['events', 'ndjson'] as const;
export type StreamFormat = (typeof STREAM_FORMATS)[number];

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

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

/** A call of whoever: nobody is asked who they are. */
export interface OpenCall<P = unknown, Q = unknown, B = unknown> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** What was shown, unasked. Not known to be good. */
  readonly token: Secret | undefined;
  readonly context: CallContext;
}

export interface Presented {
  readonly token: Secret;
  readonly context: CallContext;
  readonly lastEventId: string | undefined;
}

export type Answered = Result<Answer, Refusal>;

export interface Definition<P extends TObject, Q extends TObject, B extends TSchema, Who = Principal> {
  readonly method: Method;
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
  /** Any JSON: an object, a list, a text. May be left out where `{}` is right. */
  readonly body?: B;
  /** `absent`: null for a field that may be left out says no more than leaving it out. Else it is refused. */
  readonly nulls?: 'absent';
  readonly formats?: readonly BodyFormat[];
  readonly answer: TSchema | StreamFormat;
  /** It makes something: answered 201, and once for each `Idempotency-Key`. */
  readonly makes?: true;
  /** It makes nothing, and is to be done once all the same for each `Idempotency-Key`. */
  readonly once?: true;
  /** Beyond what any route may answer. */
  readonly faults?: readonly FaultCode[];
  handle(call: Call<Static<P>, Static<Q>, Static<B>, Who>, world: HttpWorld): Answered | Promise<Answered>;
}

/** Without a permission to ask for: there is nobody to ask. */
export interface OpenDefinition<P extends TObject, Q extends TObject, B extends TSchema>
  extends Omit<Definition<P, Q, B>, 'handle' | 'permission' | 'scope' | 'makes'> {
  /** Where the credential is in the address: refuses a bad one before anything of the body is read. */
  admit?(
    call: Omit<OpenCall<Static<P>, Static<Q>>, 'body'>,
    world: HttpWorld,
  ): Promise<Result<void, Refusal>>;
  handle(call: OpenCall<Static<P>, Static<Q>, Static<B>>, world: HttpWorld): Answered | Promise<Answered>;
}

/** A definition whose types are forgotten: the schemas beside `handle` are what a call is checked against. */
interface Described extends Omit<Definition<TObject, TObject, TSchema>, 'handle' | 'params' | 'query'> {
  readonly params: TObject;
  readonly query: TObject;
}

export interface Route<Who = Principal> extends Described {
  readonly isOpen: false;
  readonly handle: (
    call: Call<unknown, unknown, unknown, Who>,
    world: HttpWorld,
  ) => Answered | Promise<Answered>;
}

/** For whoever is not known yet: they sign in by it. Counted by their address. */
export interface OpenRoute extends Described {
  readonly isOpen: true;
  readonly admit?:
    | ((call: Omit<OpenCall, 'body'>, world: HttpWorld) => Promise<Result<void, Refusal>>)
    | undefined;
  readonly handle: (call: OpenCall, world: HttpWorld) => Answered | Promise<Answered>;
}

export type AnyRoute = Route | OpenRoute;

const NONE = Type.Object({}, { additionalProperties: false });

export function route<
  P extends TObject = TObject<Record<never, never>>,
  Q extends TObject = TObject<Record<never, never>>,
  B extends TSchema = TSchema,
  Who = Principal,
>(definition: Definition<P, Q, B, Who>): Route<Who> {
  const { params = NONE, query = NONE } = definition;
  const handle = definition.handle as Route<Who>['handle'];
  return { ...definition, params, query, isOpen: false, handle };
}

export function openRoute<
  P extends TObject = TObject<Record<never, never>>,
  Q extends TObject = TObject<Record<never, never>>,
  B extends TSchema = TSchema,
>(definition: OpenDefinition<P, Q, B>): OpenRoute {
  const { params = NONE, query = NONE } = definition;
  const handle = definition.handle as OpenRoute['handle'];
  return {
    ...definition,
    params,
    query,
    isOpen: true,
    handle,
    admit: definition.admit as OpenRoute['admit'],
  };
}

/** Does `Idempotency-Key` mean anything to it? */
export const isOnce = ({ makes, once }: Pick<AnyRoute, 'makes' | 'once'>): boolean =>
  (makes ?? once) === true;

/** Of a good answer. */
export const statusOfAnswer = ({ makes }: Pick<AnyRoute, 'makes'>): number => (makes === true ? 201 : 200);

export const json = (body: unknown): Answered => ok({ kind: 'json', body });

/** Shown once: who asks again with the same `Idempotency-Key` gets `replay`, which is kept and holds no secret. */
export const shownOnce = (body: unknown, replay: unknown): Answered => ok({ kind: 'json', body, replay });

/** `/keys/verify` before `/keys/{id}`, whoever stands first in the list. */
export const concreteFirst = <T extends { readonly path: string }>(routes: readonly T[]): readonly T[] =>
  [...routes].sort((a, b) => blanksIn(a.path) - blanksIn(b.path));

const blanksIn = (path: string): number => path.split('{').length;
