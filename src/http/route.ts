/**
 * What a route is: its path, who may call it, what it takes and gives, and what it does. The router, the checks of
 * requests and /openapi.json are made from these definitions alone.
 */
import { type Static, type TObject, type TSchema, Type } from 'typebox';
import type { FaultCode } from '../domain/errors.js';
import type { Principal } from '../domain/principal.js';
import { ok, type Result } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';
import type { CallContext } from '../ports/identity.js';
import type { Scope } from './access.js';
import type { BodyFormat } from './body.js';
import type { HttpDependencies } from './dependencies.js';
import type { Refusal } from './problem.js';

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
export type CallerRights = Pick<Principal, 'environment' | 'permissions'>;

export interface Call<P = unknown, Q = unknown, B = unknown, Who = Principal> {
  readonly principal: Who;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** What was shown, for routes about the caller's own credential. */
  readonly credential: RequestCredential;
}

/** A call without authentication. */
export interface OpenCall<P = unknown, Q = unknown, B = unknown> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** What was shown, unasked. Not known to be good. */
  readonly token: Secret | undefined;
  readonly context: CallContext;
}

export interface RequestCredential {
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
  /** Undefined: any authenticated caller. */
  readonly permission?: string;
  /** Without a permission: also for pages of any origin, where `*` is one of the origins. */
  readonly browsers?: 'allowed';
  /** Where the permission has to hold; `account` if absent. */
  readonly scope?: Scope;
  readonly params?: P;
  readonly query?: Q;
  /** Any JSON: an object, a list, a text. May be left out where `{}` is right. */
  readonly body?: B;
  /** `absent`: null for an optional field is the same as leaving it out. `removed`: where the schema takes null, it removes. */
  readonly nulls?: 'absent' | 'removed';
  readonly formats?: readonly BodyFormat[];
  readonly answer: TSchema | StreamFormat;
  /** It makes something: answered 201, and once for each `Idempotency-Key`. */
  readonly creates?: true;
  /** It makes nothing, and is to be done once all the same for each `Idempotency-Key`. */
  readonly idempotent?: true;
  /** Beyond what any route may answer. */
  readonly faults?: readonly FaultCode[];
  handle(
    call: Call<Static<P>, Static<Q>, Static<B>, Who>,
    deps: HttpDependencies,
  ): Answered | Promise<Answered>;
}

/** Without a permission: the caller is not authenticated. */
export interface OpenDefinition<P extends TObject, Q extends TObject, B extends TSchema>
  extends Omit<Definition<P, Q, B>, 'handle' | 'permission' | 'scope' | 'creates'> {
  /** Where the credential is in the address: refuses a bad one before anything of the body is read. */
  admit?(
    call: Omit<OpenCall<Static<P>, Static<Q>>, 'body'>,
    deps: HttpDependencies,
  ): Promise<Result<void, Refusal>>;
  handle(
    call: OpenCall<Static<P>, Static<Q>, Static<B>>,
    deps: HttpDependencies,
  ): Answered | Promise<Answered>;
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
    deps: HttpDependencies,
  ) => Answered | Promise<Answered>;
}

/** For callers that are not authenticated yet, such as those who sign in. Rate limited by address. */
export interface OpenRoute extends Described {
  readonly isOpen: true;
  readonly admit?:
    | ((call: Omit<OpenCall, 'body'>, deps: HttpDependencies) => Promise<Result<void, Refusal>>)
    | undefined;
  readonly handle: (call: OpenCall, deps: HttpDependencies) => Answered | Promise<Answered>;
}

export type AnyRoute = Route | OpenRoute;

/** Every route is compiled below each. */
export const PREFIXES = ['/v1', '/api/v1'] as const;

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
export const takesIdempotencyKey = ({
  creates,
  idempotent,
}: Pick<AnyRoute, 'creates' | 'idempotent'>): boolean => (creates ?? idempotent) === true;

/** Of a good answer. */
export const statusOfAnswer = ({ creates }: Pick<AnyRoute, 'creates'>): number =>
  creates === true ? 201 : 200;

export const json = (body: unknown): Answered => ok({ kind: 'json', body });

/** Answers with what `body` makes of a good result; a refusal stays what it is. */
export const respond = <T>(result: Result<T, Refusal>, body: (value: T) => unknown): Answered =>
  result.ok ? json(body(result.value)) : result;

/** Shown once: who asks again with the same `Idempotency-Key` gets `replay`, which is kept and holds no secret. */
export const shownOnce = (body: unknown, replay: unknown): Answered => ok({ kind: 'json', body, replay });

/** Sorts `/keys/verify` before `/keys/{id}`. */
export const concreteFirst = <T extends { readonly path: string }>(routes: readonly T[]): readonly T[] =>
  [...routes].sort((a, b) => blanksIn(a.path) - blanksIn(b.path));

const blanksIn = (path: string): number => path.split('{').length;
