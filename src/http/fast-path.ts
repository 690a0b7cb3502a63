/**
 * The fast path for the routes that customers' services call for each of their requests: when a key calls, and the index
 * knows it, express is bypassed. Same definition, same validation, same response; everything else goes to the
 * application. Counted, but neither logged nor rate limited: that costs more than answering.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Entropy } from '../domain/entropy.js';
import { fault } from '../domain/errors.js';
import { permits } from '../domain/permissions.js';
import type { Secret } from '../domain/secret.js';
import { type ReadBody, receiveBody } from './body.js';
import type { HttpDependencies } from './dependencies.js';
import { type CompiledRoute, compiled, requestCredential } from './pipeline.js';
import { type Refusal, statusOf } from './problem.js';
import { requestIdOf } from './request-log.js';
import { type Answered, type CallerRights, PREFIXES } from './route.js';
import { introspectRoute } from './routes/introspect/route.js';
import { verifyRoute } from './routes/verify/route.js';
import { securityHeaders } from './security-headers.js';
import { pathOf, sendProblem } from './send-response.js';

/** Their handlers need no more of the caller than CallerRights. */
const FAST_ROUTES = [verifyRoute, introspectRoute];

export function fastPath(deps: HttpDependencies, app: RequestListener): RequestListener {
  const byUrl = new Map<string, CompiledRoute<CallerRights>>();
  for (const route of FAST_ROUTES)
    for (const prefix of PREFIXES) byUrl.set(prefix + route.path, compiled(route));
  const ids = batchedEntropy(deps.entropy);
  return (request, response) => {
    const found = request.method === 'POST' ? byUrl.get(request.url ?? '') : undefined;
    const known = found && callerFromIndex(request, found, deps);
    if (found === undefined || known === undefined) app(request, response);
    else answer(request, response, { compiled: found, ...known, deps, ids });
  };
}

/** Returns the caller if it is a secret key that the index accepts and that has the permission; else undefined. */
function callerFromIndex(
  request: IncomingMessage,
  { route }: CompiledRoute<CallerRights>,
  { verifier, entitlements }: HttpDependencies,
): { readonly caller: CallerRights; readonly token: Secret } | undefined {
  const shown = requestCredential(request);
  if (!shown.ok || shown.value === undefined) return undefined;
  const { valid, key } = verifier.verify(shown.value.reveal());
  if (
    !valid ||
    !entitlements.includesApi() ||
    key?.type !== 'secret' ||
    !permits(key.permissions, route.permission ?? '')
  )
    return undefined;
  return { caller: key, token: shown.value };
}

/** Many ids are drawn at once: drawing entropy costs more than the id. None is given twice. */
function batchedEntropy(entropy: Entropy): Entropy {
  let rest = new Uint8Array();
  return {
    bytes: (length) => {
      if (length > rest.length) rest = Uint8Array.from(entropy.bytes(Math.max(length, DRAWN_BYTES)));
      const drawn = rest.subarray(0, length);
      rest = rest.subarray(length);
      return drawn;
    },
  };
}

const DRAWN_BYTES = 2_048;

interface FastCall {
  readonly compiled: CompiledRoute<CallerRights>;
  readonly caller: CallerRights;
  readonly token: Secret;
  readonly deps: HttpDependencies;
  /** What ids of requests are made of. */
  readonly ids: Entropy;
}

/** At once when the body has come, unless memory does not know: a promise on the way costs as much as the check. */
function answer(request: IncomingMessage, response: ServerResponse, way: FastCall): void {
  const { compiled, deps } = way;
  const { path, formats = ['json'] } = compiled.route;
  const id = requestIdOf(request, way.ids);
  const refused = (refusal: Refusal): void => refuse(response, { id, refusal, path: pathOf(request.url) });
  const conclude = (answered: Answered): void => {
    if (answered.ok && answered.value.kind === 'json') sendPlain(response, id, answered.value.body);
    else if (!answered.ok) {
      if (statusOf(answered.error.code) >= 500)
        deps.log.failure(id, answered.error.message, answered.error.cause);
      refused(answered.error);
    }
    deps.metrics.answered(path, response.statusCode);
  };
  const failed = (error: unknown): void => {
    deps.log.failure(id, 'unexpected error', error);
    refused(fault('internal', 'unexpected error'));
    deps.metrics.answered(path, response.statusCode);
  };
  receiveBody(request, formats, (read) => {
    try {
      const answered = answerOf(read, way);
      if (answered instanceof Promise) answered.then(conclude).catch(failed);
      else conclude(answered);
    } catch (error) {
      failed(error);
    }
  });
}

function answerOf(
  read: ReadBody,
  { compiled: { route, checks }, caller, token, deps }: FastCall,
): Answered | Promise<Answered> {
  const body = read.ok ? checks.body(read.value) : read;
  if (!body.ok) return body;
  const credential = { token, context: { path: `http:POST ${route.path}` }, lastEventId: undefined };
  return route.handle({ principal: caller, params: {}, query: {}, body: body.value, credential }, deps);
}

/** Name and value by turns, as `writeHead` takes them fastest. */
const HEADERS: readonly string[] = [
  ...securityHeaders(),
  ['cache-control', 'no-store'],
  ['content-type', 'application/json; charset=utf-8'],
].flat();

function sendPlain(response: ServerResponse, id: string, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(200, HEADERS.concat('x-request-id', id, 'content-length', `${Buffer.byteLength(text)}`));
  response.end(text);
}

interface Refused {
  readonly id: string;
  readonly refusal: Refusal;
  readonly path: string;
}

function refuse(response: ServerResponse, { id, refusal, path }: Refused): void {
  if (!response.headersSent) for (const [name, value] of securityHeaders()) response.setHeader(name, value);
  const headers = { ...refusal.headers, 'x-request-id': id };
  sendProblem(response, { ...refusal, headers }, path);
}
