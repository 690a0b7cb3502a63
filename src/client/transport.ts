/**
 * One request and its answer, by Node's own client: system roots (and NODE_EXTRA_CA_CERTS), no redirects, connections
 * kept open, and an end to every silence. What goes wrong says whether the request may have been heard.
 */
import type { Agent as HttpAgent, IncomingMessage, RequestOptions } from 'node:http';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';
import type { DurationMs } from '../domain/time.js';
import type { Address } from './address.js';
import { type ClientError, clientErrorOf } from './errors.js';

export interface Asked {
  readonly method: 'GET' | 'POST';
  /** Below the prefix. */
  readonly path: string;
  /** JSON. */
  readonly body?: string;
  /** No longer without a byte. */
  readonly silenceMs: DurationMs;
  /** Of its own: for what must not be asked twice when an idle connection turns out to be dead. */
  readonly connection?: 'fresh';
  readonly signal?: AbortSignal;
}

export interface Transport {
  readonly shown: string;
  /** The answer as soon as its head is there; its receiver reads it. */
  ask(asked: Asked): Promise<Result<IncomingMessage, ClientError>>;
  close(): void;
}

export interface TransportOptions {
  readonly address: Address;
  readonly token: Secret;
  /** What this program calls itself. */
  readonly agent: string;
}

/** At most: a batch of mutations, the next one's renewals, and what is read meanwhile. */
const SOCKETS_MAX = 8;

export async function openTransport({ address, token, agent }: TransportOptions): Promise<Transport> {
  const client = address.isTls ? await import('node:https') : await import('node:http');
  const pool: HttpAgent = new client.Agent({ keepAlive: true, maxSockets: SOCKETS_MAX });
  const optionsOf = ({ method, path, body, silenceMs, connection, signal }: Asked): RequestOptions => ({
    ...{ hostname: address.hostname, port: address.port, method, path: `${address.prefix}${path}` },
    agent: connection === 'fresh' ? false : pool,
    timeout: silenceMs,
    headers: {
      authorization: `Bearer ${token.reveal()}`,
      'user-agent': agent,
      ...(body !== undefined && {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      }),
    },
    ...(signal && { signal }),
  });
  return {
    shown: address.shown,
    ask: (asked) =>
      new Promise((resolve) => {
        const request = client.request(optionsOf(asked));
        request.once('timeout', () => request.destroy(new Silence()));
        request.once('response', (response) => resolve(ok(response)));
        request.on('error', (error) => resolve(fail(clientErrorOf(error, address.shown))));
        request.end(asked.body);
      }),
    close: () => pool.destroy(),
  };
}

class Silence extends Error {
  readonly code = 'SILENCE';
}

/** A longer answer is not Keywright's. */
const TEXT_MAX_CHARACTERS = 256 * 1_024 * 1_024;

/** The whole body. */
export async function textOf(response: IncomingMessage, shown: string): Promise<Result<string, ClientError>> {
  let text = '';
  for await (const line of chunksOf(response, shown)) {
    if (!line.ok) return line;
    text += line.value;
    if (text.length > TEXT_MAX_CHARACTERS) {
      response.destroy();
      return fail({ heard: 'maybe', fault: fault('too_large', `the response of ${shown} is too large`) });
    }
  }
  return ok(text);
}

/** The body as it comes, in whole characters; ends with a failure when it was cut off. */
export async function* chunksOf(
  response: IncomingMessage,
  shown: string,
): AsyncGenerator<Result<string, ClientError>> {
  response.setEncoding('utf8');
  try {
    for await (const chunk of response) yield ok(chunk as string);
  } catch (error) {
    yield fail(clientErrorOf(error, shown));
    return;
  }
  if (!response.complete) yield fail(clientErrorOf(new Error('the response was cut off'), shown));
}

/** Each line, without what ends it. What comes after the last end of a line is dropped. */
export async function* linesOf(
  response: IncomingMessage,
  shown: string,
): AsyncGenerator<Result<string, ClientError>> {
  let rest: string[] = [];
  for await (const chunk of chunksOf(response, shown)) {
    if (!chunk.ok) {
      yield chunk;
      return;
    }
    const [first = '', ...others] = chunk.value.split('\n');
    rest.push(first);
    for (const next of others) {
      yield ok(rest.join(''));
      rest = [next];
    }
  }
}
