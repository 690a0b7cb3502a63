/**
 * The listening socket: its limits against slow and many clients, what it says to bytes that are no HTTP, and how it
 * stops: no new requests, those under way are finished, then whatever is left is cut off.
 */
import { createServer, IncomingMessage, type RequestListener, type Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Express } from 'express';
import { type Fault, fault } from '../domain/errors.js';
import { ok, type Result } from '../domain/result.js';
import { type DurationMs, SECOND_MS } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';
import { createApp } from './app.js';
import { bind, type ListenAddress } from './bind.js';
import { limitConnections } from './connection-limits.js';
import type { HttpDependencies } from './dependencies.js';
import { fastPath } from './fast-path.js';
import { problemOf } from './problem.js';
import type { AnyRoute } from './route.js';

export interface Listening {
  readonly host: string;
  /** The real one, also when any was asked for. */
  readonly port: number;
  /** Finishes what is under way, for at most `graceMs`. */
  stop(graceMs: DurationMs): Promise<void>;
}

const CONNECTIONS_MAX = 2_000;
const PER_ADDRESS_MAX = 512;
const HEADERS_MAX_BYTES = 16 * 1_024;

/** `usage` for an address that cannot be listened on. */
export async function listen(
  deps: HttpDependencies,
  routes: readonly AnyRoute[],
  place: ListenAddress,
): Promise<Result<Listening>> {
  const server = createHttpServer(deps, routes);
  const port = await bind(server, place);
  if (!port.ok) return port;
  return ok({
    host: place.host,
    port: port.value,
    stop: (graceMs) => stop(server, deps.clock, graceMs),
  });
}

function createHttpServer(deps: HttpDependencies, routes: readonly AnyRoute[]): Server {
  const app = createApp(deps, routes);
  const answer = fastPath(deps, app);
  const listener: RequestListener = (request, response) => {
    request.url = pathOnly(request.url);
    answer(request, response);
  };
  const server = createServer(
    {
      ...messagesOf(app),
      maxHeaderSize: HEADERS_MAX_BYTES,
      headersTimeout: 10 * SECOND_MS,
      requestTimeout: 30 * SECOND_MS,
      keepAliveTimeout: 65 * SECOND_MS,
      connectionsCheckingInterval: 2 * SECOND_MS,
    },
    listener,
  );
  // What we do not know to expect is no reason to refuse.
  server.on('checkExpectation', listener);
  server.maxConnections = CONNECTIONS_MAX + 100;
  const bounds = { total: CONNECTIONS_MAX, perAddress: PER_ADDRESS_MAX };
  limitConnections(server, bounds, deps.callers.isProxy);
  server.maxHeadersCount = 100;
  server.on('clientError', refuseBytes);
  return server;
}

/** `GET http://host/path`, as to a proxy, asks for `/path` (RFC 9112, 3.2.2). Express takes apart paths alone. */
const pathOnly = (url = '/'): string =>
  url.startsWith('/') ? url : url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').replace(/^(?!\/)/, '/');

/**
 * Express gives every request and response its own prototype, which costs more than everything else it does. Made
 * with that prototype, they have it already (measured: three times the requests).
 */
function messagesOf(app: Express) {
  class Request extends IncomingMessage {}
  class Response<R extends IncomingMessage = IncomingMessage> extends ServerResponse<R> {}
  Object.setPrototypeOf(Request.prototype, app.request);
  Object.setPrototypeOf(Response.prototype, app.response);
  return { IncomingMessage: Request, ServerResponse: Response };
}

const TOO_SLOW = fault('bad_request', 'timeout while reading the request');
const NO_HTTP = fault('bad_request', 'malformed HTTP request');
const TOO_MANY_HEADERS = fault('too_large', `the headers are larger than ${HEADERS_MAX_BYTES} bytes`);

const OF_CODE: Readonly<Record<string, Fault>> = {
  ERR_HTTP_REQUEST_TIMEOUT: TOO_SLOW,
  HPE_HEADER_OVERFLOW: TOO_MANY_HEADERS,
};

function refuseBytes(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, body } = problemOf(OF_CODE[error.code ?? ''] ?? NO_HTTP, '/');
  const text = JSON.stringify(body);
  socket.end(
    `HTTP/1.1 ${status} ${status === 413 ? 'Content Too Large' : 'Bad Request'}\r\ncontent-type: application/problem+json\r\n` +
      `content-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`,
  );
}

async function stop(server: Server, clock: Clock, graceMs: DurationMs): Promise<void> {
  const finished = new AbortController();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  // Connections that answer something still are idle, and closed, as soon as they have.
  server.keepAliveTimeout = 1;
  const cutOff = clock
    .sleep(graceMs, finished.signal)
    .then(() => server.closeAllConnections())
    .catch(() => undefined);
  await closed;
  finished.abort();
  await cutOff;
}
