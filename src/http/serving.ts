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
import { type Check, checkOf, withoutNulls } from './checking.js';
import { credentialOf } from './credential.js';
import { clientIn, isClient, isOAuth } from './oauth.js';
import { onceOnly } from './once.js';
import { isRequired } from './openapi.js';
import type { Refusal } from './problem.js';
import { notesOf } from './recording.js';
import { withoutSlot } from './request-slots.js';
import type { Answered, AnyRoute, OpenRoute, Presented, Route } from './route.js';
import { noteUse } from './verifying.js';
import type { HttpWorld } from './world.js';

interface Checks {
  readonly params: Check;
  readonly query: Check;
  readonly body: Check;
}

/** A route with its checks compiled. */
export interface Served<Who = Principal> {
  readonly route: Route<Who>;
  readonly checks: Checks;
}

export interface ServedOpen {
  readonly route: OpenRoute;
  readonly checks: Checks;
}

export const served = <Who>(route: Route<Who>): Served<Who> => ({ route, checks: checksOf(route) });

export const servedOpen = (route: OpenRoute): ServedOpen => ({ route, checks: checksOf(route) });

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
  readonly credential: Presented;
}

const UNKNOWN = fault(
  'unauthenticated',
  'send a credential that is accepted, as Authorization: Bearer or X-API-Key',
);

/** Who calls. One answer for whatever is wrong with a credential. */
export async function identify(
  request: IncomingMessage,
  route: Route,
  world: HttpWorld,
): Promise<Result<Caller, Refusal>> {
  const shown = presented(request);
  if (!shown.ok) return shown;
  const context = contextOf(request, route);
  const client = isOAuth(route.path) ? clientIn(request) : undefined;
  const token = shown.value ?? client?.secret;
  if (token === undefined) return fail(UNKNOWN);
  const known = await world.authority.authenticate(token, context);
  const planned = known.ok ? await world.plan.admit(known.value) : ok(undefined);
  if (!planned.ok) return planned;
  // Whoever asks about keys was noted on the way past express (direct.ts).
  if (route.permission !== 'keys:verify') noteUse(world, token);
  if (!known.ok) return fail(known.error.code === 'unauthenticated' ? UNKNOWN : known.error);
  if (client !== undefined && !isClient(known.value, client.id)) return fail(UNKNOWN);
  const lastEventId = request.headers['last-event-id'];
  return ok({
    principal: known.value,
    credential: { token, context, lastEventId: Array.isArray(lastEventId) ? undefined : lastEventId },
  });
}

/** `forbidden` for a secret key that a browser sends (F7): it is in everybody's hands there, good or not. */
export function presented(request: IncomingMessage): Result<Secret | undefined, Refusal> {
  const found = credentialOf(request);
  if (!found.ok || found.value === undefined || request.headers.origin === undefined) return found;
  return found.value.reveal().startsWith('sk_') ? fail(FROM_BROWSER) : found;
}

const FROM_BROWSER = fault(
  'forbidden',
  'a secret key is for servers; a browser exchanges a publishable key for an access token',
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
  { route, checks }: Served,
  { caller, sent, world }: { readonly caller: Caller; readonly sent: Sent; readonly world: HttpWorld },
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
    return route.handle(call, world);
  };
  return onceOnly({ route, key, principal: caller.principal, ...checked.value }, act, world);
}

/** What somebody asks who is not known. */
export async function performOpen(
  request: IncomingMessage,
  { route, checks }: ServedOpen,
  { sent, world }: { readonly sent: Sent; readonly world: HttpWorld },
): Promise<Answered> {
  const token = presented(request);
  if (!token.ok) return token;
  const context = contextOf(request, route);
  const admit = (asked: Sent): Promise<Result<void, Refusal>> | undefined =>
    route.admit?.({ ...asked, token: token.value, context }, world);
  const checked = await checkedOf(request, { route, checks }, sent, admit);
  if (!checked.ok) return checked;
  return route.handle({ ...checked.value, token: token.value, context }, world);
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
