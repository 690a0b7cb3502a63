/** A server on loopback that answers as a test says, request by request; and a clock that notes its pauses. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openRemoteStore } from '../../src/client/remote-store.js';
import { Secret } from '../../src/domain/secret.js';
import type { Clock } from '../../src/ports/clock.js';
import { WIRE_VERSION } from '../../src/protocol/store-protocol.js';

export const TOKEN = new Secret('pat_a-token-that-must-not-be-shown-anywhere');

export interface Heard {
  readonly method: string;
  readonly path: string;
  readonly authorization: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into what was sent.
  readonly body: any;
}

export type Scripted = (heard: Heard, response: ServerResponse) => void;

export const FACTS = {
  wire: WIRE_VERSION,
  storeId: 'store',
  now: 1,
  settleMs: 6_000,
  usage: { from: 0, until: 1 },
};

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Scripted => {
  const type = status === 200 ? 'application/json' : 'application/problem+json';
  return (_, response) => {
    response.writeHead(status, { 'content-type': type, ...headers });
    response.end(JSON.stringify(body));
  };
};

export const problem = (status: number, code: string, headers: Record<string, string> = {}): Scripted =>
  json({ code, detail: `said: ${code}`, status }, status, headers);

/** The connection ends without an answer. */
export const cutOff: Scripted = (_, response) => void response.destroy();

/** Pauses last no time, and are noted; an hour is passed manually. */
export function noteClock(): Clock & { readonly pauses: number[] } {
  const pauses: number[] = [];
  let now = 0;
  return {
    pauses,
    now: () => now,
    monotonicMs: () => now,
    sleep: async (ms) => {
      pauses.push(ms);
      now += ms;
    },
  };
}

export interface ScriptedServer {
  readonly url: string;
  readonly heard: Heard[];
  readonly clock: ReturnType<typeof noteClock>;
  /** Answers to the next requests, in order; after them every request is cut off. */
  script(...answers: readonly Scripted[]): void;
  /** A client that met this server; what was heard until then is forgotten. */
  open(): ReturnType<typeof openRemoteStore>;
  stop(): Promise<void>;
}

export async function scriptedServer(): Promise<ScriptedServer> {
  const heard: Heard[] = [];
  const clock = noteClock();
  let answers: Scripted[] = [];
  const server = createServer(async (request, response) => {
    const one = await read(request);
    heard.push(one);
    (answers.shift() ?? cutOff)(one, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...{ url, heard, clock },
    script: (...next) => {
      answers = [...next];
    },
    open: () => openRemoteStore({ location: url, token: TOKEN, plainHttp: 'loopback', clock }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function read(request: IncomingMessage): Promise<Heard> {
  let text = '';
  for await (const chunk of request) text += chunk;
  const { method = '', url = '', headers } = request;
  return {
    ...{ method, path: url, authorization: headers.authorization ?? '' },
    body: text === '' ? undefined : JSON.parse(text),
  };
}
