/**
 * One request to one route, in named steps: whose credential, may they, what they send, what it does, the answer. The
 * router and the short way past it (direct.ts) are the same steps.
 */
import type { IncomingMessage } from 'node:http';
import { fault } from '../domain/errors.js';
import type { Principal } from '../domain/principal.js';
import { fail, ok, type Result } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';
import type { Attempt } from '../ports/idempotency.js';
import type { CallContext } from '../ports/identity.js';
import { mayCall } from './access.js';
import { readBody } from './body.js';
import type { HttpDependencies } from './dependencies.js';
import { idempotent } from './idempotency.js';
import { countUse } from './key-verification.js';
import { clientIn, isClient, isOAuth } from './oauth.js';
import { isRequired } from './openapi.js';
import type { Refusal } from './problem.js';
import { credentialOf } from './request-credential.js';
import { notesOf } from './request-log.js';
import { withoutSlot } from './request-slots.js';
import { type Check, checkOf, withoutNulls } from './request-validation.js';
import type { Answered, AnyRoute, OpenRoute, RequestCredential, Route } from './route.js';

interface Checks {
  readonly params: Check;
  readonly query: Check;
  readonly body: Check;
}

/** A route with its checks compiled. */
export interface CompiledRoute<Who = Principal> {
  readonly route: Route<Who>;
  readonly checks: Checks;
}

export interface CompiledOpenRoute {
  readonly route: OpenRoute;
  readonly checks: Checks;
}

export const compiled = <Who>(route: Route<Who>): CompiledRoute<Who> => ({ route, checks: checksOf(route) });

export const compiledOpen = (route: OpenRoute): CompiledOpenRoute => ({ route, checks: checksOf(route) });

type Shapes = Pick<AnyRoute, 'params' | 'query' | 'body' | 'nulls' | 'formats'>;

const checksOf = (route: Shapes): Checks => ({
  params: checkOf(route.params, 'path'),
  query: checkOf(route.query, 'query'),
  body: bodyCheck(route),
});

function bodyCheck({ body: schema, nulls }: Shapes): Check {
  if (schema === undefined) return () => ok(undefined);
  const check = checkOf(schema, 'body');
  const needed = isRequired(schema);
  return (body) => {
    if (body !== undefined) return check(nulls === 'absent' ? withoutNulls(schema, body) : body);
    return needed ? fail(fault('bad_request', 'the body is missing')) : ok({});
  };
}

export interface Caller {
  readonly principal: Principal;
  readonly credential: RequestCredential;
}

const UNKNOWN = fault(
  'unauthenticated',
  'missing or invalid credential; send one as Authorization: Bearer or X-API-Key',
);

/** Who calls. One answer for whatever is wrong with a credential. */
export async function identify(
  request: IncomingMessage,
  route: Route,
  deps: HttpDependencies,
): Promise<Result<Caller, Refusal>> {
  const shown = requestCredential(request);
  if (!shown.ok) return shown;
  const context = contextOf(request, route);
  const client = isOAuth(route.path) ? clientIn(request) : undefined;
  const token = shown.value ?? client?.secret;
  if (token === undefined) return fail(UNKNOWN);
  const known = await deps.authority.authenticate(token, context);
  const planned = known.ok ? await deps.entitlements.admit(known.value) : ok(undefined);
  if (!planned.ok) return planned;
  // Verification of keys was counted on the fast path (fast-path.ts).
  if (route.permission !== 'keys:verify') countUse(deps, token);
  if (!known.ok) return fail(known.error.code === 'unauthenticated' ? UNKNOWN : known.error);
  if (client !== undefined && !isClient(known.value, client.id)) return fail(UNKNOWN);
  const lastEventId = request.headers['last-event-id'];
  return ok({
    principal: known.value,
    credential: { token, context, lastEventId: Array.isArray(lastEventId) ? undefined : lastEventId },
  });
}

/** `forbidden` for a secret key that a browser sends (F7): it is public there, good or not. */
export function requestCredential(request: IncomingMessage): Result<Secret | undefined, Refusal> {
  const found = credentialOf(request);
  if (!found.ok || found.value === undefined || request.headers.origin === undefined) return found;
  return found.value.reveal().startsWith('sk_') ? fail(FROM_BROWSER) : found;
}

const FROM_BROWSER = fault(
  'forbidden',
  'a secret key must not be sent from a browser; exchange a publishable key for an access token',
);

function contextOf(request: IncomingMessage, { method, path }: AnyRoute): CallContext {
  const source = notesOf(request).address;
  return {
    path: `http:${method} ${path}`,
    isFromBrowser: request.headers.origin !== undefined,
    ...(source !== '' && { source }),
  };
}

export interface Sent {
  readonly params: unknown;
  readonly query: unknown;
}

/** Everything after the caller is known: whether they may, what they send, what it does. */
export async function perform(
  request: IncomingMessage,
  { route, checks }: CompiledRoute,
  { caller, sent, deps }: { readonly caller: Caller; readonly sent: Sent; readonly deps: HttpDependencies },
): Promise<Answered> {
  const { permission, scope = 'account' } = route;
  const allowed = permission === undefined ? ok(undefined) : mayCall(caller.principal, permission, scope);
  if (!allowed.ok) return allowed;
  const checked = await checkedOf(request, { route, checks }, sent);
  if (!checked.ok) return checked;
  const key = request.headers['idempotency-key'];
  const act = (once?: Attempt) => {
    const { credential } = caller;
    const context = { ...credential.context, ...(once !== undefined && { once }) };
    const call = { ...caller, credential: { ...credential, context }, ...checked.value };
    return route.handle(call, deps);
  };
  return idempotent({ route, key, principal: caller.principal, ...checked.value }, act, deps);
}

/** The same for a route without authentication. */
export async function performOpen(
  request: IncomingMessage,
  { route, checks }: CompiledOpenRoute,
  { sent, deps }: { readonly sent: Sent; readonly deps: HttpDependencies },
): Promise<Answered> {
  const token = requestCredential(request);
  if (!token.ok) return token;
  const context = contextOf(request, route);
  const admit = (asked: Sent): Promise<Result<void, Refusal>> | undefined =>
    route.admit?.({ ...asked, token: token.value, context }, deps);
  const checked = await checkedOf(request, { route, checks }, sent, admit);
  if (!checked.ok) return checked;
  return route.handle({ ...checked.value, token: token.value, context }, deps);
}

interface Checked {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

async function checkedOf(
  request: IncomingMessage,
  { route, checks }: Shaped,
  sent: Sent,
  admit?: (asked: Sent) => Promise<Result<void, Refusal>> | undefined,
): Promise<Result<Checked, Refusal>> {
  const params = checks.params(sent.params);
  if (!params.ok) return params;
  const query = checks.query(sent.query);
  if (!query.ok) return query;
  const admitted = await admit?.({ params: params.value, query: query.value });
  if (admitted?.ok === false) return admitted;
  const body = await bodyOf(request, { route, checks });
  return body.ok ? ok({ params: params.value, query: query.value, body: body.value }) : body;
}

interface Shaped {
  readonly route: Shapes;
  readonly checks: Checks;
}

/** Read and checked; nothing for a route that takes none. */
export async function bodyOf(
  request: IncomingMessage,
  { route, checks }: Shaped,
): Promise<Result<unknown, Refusal>> {
  if (route.body === undefined) return ok(undefined);
  const read = await withoutSlot(request, () => readBody(request, route.formats ?? ['json']));
  return read.ok ? checks.body(read.value) : read;
}
