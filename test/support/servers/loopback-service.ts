/**
 * A service on loopback for tests: it keeps every request, and fails on demand as networks and services do. What it answers
 * is the service's own affair.
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Heard {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export type Mishap =
  /** Nothing is done, and this is the answer. */
  | { readonly kind: 'answer'; readonly reply: Reply }
  /** The connection ends before anything is done. */
  | { readonly kind: 'cut-before' }
  /** It is done, and the connection ends in the middle of the answer. */
  | { readonly kind: 'cut-after' }
  /** It is done twice, as when a proxy repeats a request; the second answer is given. */
  | { readonly kind: 'doubled' }
  /** It is done when `until` resolves; `arrived` is called as soon as the request is there. */
  | { readonly kind: 'held'; readonly until: Promise<void>; readonly arrived?: () => void };

export interface LoopbackService {
  readonly url: string;
  /** Every request since the start, in order. */
  readonly heard: Heard[];
  /** The next request suffers this, or the next one of an operation. */
  fail(mishap: Mishap, operation?: string): void;
  /** Is called before and after every request is worked on; what it throws ends the connection. */
  watch(watcher: Watcher): void;
  stop(): Promise<void>;
}

export type Watcher = (operation: string, when: 'before' | 'after') => void;

export interface LoopbackOptions {
  /** What a request asks for, to aim failures: `PutSecretValue`. */
  operationOf(heard: Heard): string;
  answer(heard: Heard): Reply | Promise<Reply>;
}

export async function loopbackService({ operationOf, answer }: LoopbackOptions): Promise<LoopbackService> {
  const heard: Heard[] = [];
  const mishaps: { readonly mishap: Mishap; readonly operation: string | undefined }[] = [];
  let watching: Watcher = () => undefined;

  function mishapOf(operation: string): Mishap | undefined {
    const at = mishaps.findIndex((one) => one.operation === undefined || one.operation === operation);
    return at < 0 ? undefined : mishaps.splice(at, 1)[0]?.mishap;
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const one = await read(request);
    heard.push(one);
    const operation = operationOf(one);
    watching(operation, 'before');
    const mishap = mishapOf(operation);
    if (mishap?.kind === 'answer') return send(response, mishap.reply);
    if (mishap?.kind === 'cut-before') return void response.destroy();
    if (mishap?.kind === 'held') {
      mishap.arrived?.();
      await mishap.until;
    }
    if (mishap?.kind === 'doubled') await answer(one);
    const reply = await answer(one);
    watching(operation, 'after');
    if (mishap?.kind === 'cut-after') return cutInTheMiddle(response, reply);
    send(response, reply);
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    fail: (mishap, operation) => void mishaps.push({ mishap, operation }),
    watch: (watcher) => {
      watching = watcher;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(response: ServerResponse, { status, headers = {}, body = '' }: Reply): void {
  // A status without content has no body and no length.
  const length = status === 204 ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  response.writeHead(status, { ...length, ...headers });
  response.end(status === 204 ? undefined : body);
}

function cutInTheMiddle(response: ServerResponse, { status, headers = {}, body = '' }: Reply): void {
  response.writeHead(status, { ...headers, 'content-length': String(Buffer.byteLength(body) + 100) });
  response.write(body.slice(0, Math.ceil(body.length / 2)), () => response.destroy());
}

async function read(request: IncomingMessage): Promise<Heard> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { method = '', url = '', headers } = request;
  return { method, path: url, headers, body: Buffer.concat(chunks).toString('utf8') };
}

/** The places in what was heard that hold `secret`, of all but bodies: an address, the name or value of a header. */
export const heardOutsideBodies = (heard: readonly Heard[], secret: string): readonly string[] =>
  heard
    .filter(({ path, headers }) =>
      `${path}${decodeURIComponent(path)}${JSON.stringify(headers)}`.includes(secret),
    )
    .map(({ method, path }) => `${method} ${path}`);
