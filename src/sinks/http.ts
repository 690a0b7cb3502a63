/**
 * Requests to the service of a connection. One attempt each: nothing is retried and no redirect is followed, because a write
 * that is tried again is a stale writer's late write. What is secret goes to the connection's own origin and nowhere else.
 */
import {
  type Agent,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as plainRequest,
} from 'node:http';
import { request as tlsRequest } from 'node:https';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';
import type { Clock } from '../ports/clock.js';
import { type Env, hostOf, permittedHost } from './hosts.js';
import { agentFor, type Tunnelled } from './http-agent.js';
import { faultOf, networkFault } from './http-faults.js';

export { permittedHost } from './hosts.js';
export { faultOf } from './http-faults.js';

/** A longer answer is nothing that a sink holds. */
const ANSWER_MAX_BYTES = 1 << 20;

export interface HttpOptions {
  /** `https://vault.example.com:8200`; a path in it goes before the path of every request. */
  readonly origin: string;
  /** PEM: trusted instead of the issuers that Node trusts. `readCertificates` (credentials.ts) adds NODE_EXTRA_CA_CERTS. */
  readonly ca?: string | undefined;
  /** PEM: the client's certificate, and its key. */
  readonly cert?: string | undefined;
  readonly key?: Secret | undefined;
  /** The name that the server's certificate must have; absent: its host's. */
  readonly serverName?: string | undefined;
  /** A longer answer is `sink_unavailable`; absent: 1 MiB. */
  readonly answerMaxBytes?: number;
  readonly clock: Pick<Clock, 'now'>;
  readonly env: Env;
}

export interface HttpRequest {
  readonly method: string;
  /** With the query, escaped; begins with a slash. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Headers that hold a credential. */
  readonly secretHeaders?: Readonly<Record<string, Secret>>;
  readonly body?: string | Buffer;
  /** The deadline. What was under way when it aborts has an unknown outcome. */
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Http {
  /**
   * Answers with any status but a redirect, which is `sink_refused`. No whole answer is `sink_unavailable`, and so is one
   * that is too long. A host that the operator does not permit is `sink_refused`, before anything is sent. Never rejects.
   */
  request(request: HttpRequest): Promise<Result<HttpAnswer>>;
}

/** Opens nothing before the first request. */
export function openHttp(options: HttpOptions): Http {
  const url = new URL(options.origin);
  const prefix = url.pathname.replace(/\/+$/, '');
  const there = hostOf(url);
  const permitted = permittedHost(options.origin, options.env);
  let agent: Agent | undefined;
  return {
    request: async (asked) => {
      if (!permitted.ok) return permitted;
      const secret = revealed(asked.secretHeaders ?? {}, url.origin);
      if (!secret.ok) return secret;
      const body = asked.body === undefined ? undefined : Buffer.from(asked.body);
      const headers = {
        'user-agent': 'keywright',
        'accept-encoding': 'identity',
        ...asked.headers,
        ...secret.value,
        ...(body && { 'content-length': body.length }),
      };
      const open = (): ClientRequest => {
        agent ??= agentFor(url, options);
        const to = {
          hostname: there.host,
          port: there.port,
          method: asked.method,
          path: `${prefix}${asked.path}`,
        };
        const all: Tunnelled = { ...to, agent, headers, deadline: asked.signal };
        return url.protocol === 'https:' ? tlsRequest(all) : plainRequest(all);
      };
      const { answerMaxBytes: maxBytes = ANSWER_MAX_BYTES } = options;
      const answer = await exchange(open, { body, by: url.origin, signal: asked.signal, maxBytes });
      if (!answer.ok || answer.value.status < 300 || answer.value.status >= 400) return answer;
      return fail(
        faultOf(answer.value.status, answer.value.headers, { by: url.origin, now: options.clock.now() }),
      );
    },
  };
}

function revealed(
  headers: Readonly<Record<string, Secret>>,
  by: string,
): Result<Readonly<Record<string, string>>> {
  const plain: Record<string, string> = {};
  for (const [name, secret] of Object.entries(headers)) {
    const value = secret.reveal();
    if (!/^[\x20-\x7e]+$/.test(value))
      return fail(
        fault(
          'sink_refused',
          `the credential for ${by} has characters that the header ${name} cannot hold. Check what it was read from.`,
        ),
      );
    plain[name] = value;
  }
  return ok(plain);
}

interface Exchange {
  readonly body: Buffer | undefined;
  readonly by: string;
  readonly signal: AbortSignal;
  readonly maxBytes: number;
}

const exchange = (
  open: () => ClientRequest,
  { body, by, signal, maxBytes }: Exchange,
): Promise<Result<HttpAnswer>> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve(fail(lateFault(by, signal)));
    const opened = attempt(open, by);
    if (!opened.ok) return resolve(opened);
    const asked = opened.value;
    const end = (result: Result<HttpAnswer>): void => {
      signal.removeEventListener('abort', abort);
      resolve(result);
      // A whole answer leaves the connection to the next request.
      if (!result.ok) asked.destroy();
    };
    const abort = (): void => end(fail(lateFault(by, signal)));
    signal.addEventListener('abort', abort, { once: true });
    // Heard until the end: a request that was ended may still report why.
    asked.on('error', (error) => end(fail(networkFault(error, by))));
    asked.once('response', (response) => collect(response, { by, maxBytes }, end));
    asked.end(body);
  });

/** A certificate, a key or the address of a proxy that cannot be used is thrown. */
function attempt(open: () => ClientRequest, by: string): Result<ClientRequest> {
  try {
    return ok(open());
  } catch (error) {
    return fail(networkFault(error, by));
  }
}

const lateFault = (by: string, { reason }: AbortSignal) =>
  fault('sink_unavailable', `${by}: ${reason instanceof Error ? reason.message : 'no answer in time'}`);

function collect(
  response: IncomingMessage,
  { by, maxBytes }: Pick<Exchange, 'by' | 'maxBytes'>,
  end: (result: Result<HttpAnswer>) => void,
): void {
  const cut = (): void => end(fail(fault('sink_unavailable', `the response of ${by} was cut off`)));
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    chunks.push(chunk);
    if (bytes > maxBytes)
      end(fail(fault('sink_unavailable', `the response of ${by} is longer than ${maxBytes >> 20} MiB`)));
  });
  response.on('error', cut);
  response.on('close', cut);
  response.on('end', () => {
    if (!response.complete) return cut();
    end(ok({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }));
  });
}
