/**
 * A server over a store in a folder of its own, asked over real HTTP on a port of its own. Every answer is held
 * against the server's own /openapi.json before the test sees it.
 */
import { request as plainRequest } from 'node:http';
import { newHttpMetrics } from '../../src/adapters/http-metrics.js';
import { systemClock } from '../../src/adapters/system.js';
import { Secret } from '../../src/domain/secret.js';
import { callerAddresses } from '../../src/http/caller-address.js';
import type { HttpDependencies, RequestEntry } from '../../src/http/dependencies.js';
import { openEntitlements } from '../../src/http/entitlements.js';
import { type Listening, listen } from '../../src/http/server.js';
import { openServedStore, openStoreFeed } from '../../src/main/open-store.js';
import { previewsOver } from '../../src/main/previews.js';
import { readinessOf } from '../../src/main/readiness.js';
import { ROUTES } from '../../src/main/routes.js';
import type { Clock } from '../../src/ports/clock.js';
import type { Outbox } from '../../src/ports/outbox.js';
import { createVerifier } from '../../src/verifier/verifier.js';
import { asDescribed, type Description } from './http-description.js';
import { type TestStore, unwrap } from './store.js';
import { handOn, type Per, storePlace } from './store-folder.js';

export const ROOT = 'the root token of these tests, which is long';

export interface Asked {
  readonly token?: string | Secret;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, unless it is a text: sent as it is. */
  readonly body?: unknown;
}

export interface Got {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into what was answered.
  readonly body: any;
  readonly text: string;
}

export interface TestServer {
  readonly url: string;
  readonly hand: TestStore;
  readonly world: HttpDependencies;
  readonly listening: Listening;
  readonly outbox: Outbox;
  readonly clock: Clock & { advance(ms: number): void };
  /** What was logged. */
  readonly requests: readonly RequestEntry[];
  readonly failures: readonly string[];
  readonly warnings: readonly string[];
  ask(line: string, asked?: Asked): Promise<Got>;
  /** As the root token's holder. */
  asRoot(line: string, body?: unknown): Promise<Got>;
  stop(): Promise<void>;
}

export interface Serving {
  /** Messages are written, and stay in the outbox until the test takes them. */
  readonly hasPost?: true;
  /** Whose `Forwarded` and `X-Forwarded-For` are believed. */
  readonly proxies?: string;
}

/** Servers are stopped after each test, or after all of the file. */
export function httpPlace(per: Per = 'test') {
  const place = storePlace(per);
  const started: TestServer[] = [];
  const close = async (): Promise<void> => {
    for (const server of started.splice(0)) await server.stop();
  };
  // Before the store's own: hooks run in reverse.
  if (per === 'test') afterEach(close);
  else afterAll(close);
  return {
    place,
    start: async (
      change: (world: HttpDependencies) => HttpDependencies = (world) => world,
      serving: Serving = {},
    ): Promise<TestServer> => {
      const hand = await handOn(await place.store());
      const server = await startOn({ place, hand, change, serving });
      started.push(server);
      return server;
    },
  };
}

type Place = ReturnType<typeof storePlace>;

interface Starting {
  readonly place: Place;
  readonly hand: TestStore;
  readonly change: (world: HttpDependencies) => HttpDependencies;
  readonly serving: Serving;
}

async function startOn({ place, hand, change, serving }: Starting): Promise<TestServer> {
  // The hour is set by the test; waiting is real.
  const { now, advance } = place.world.clock;
  const clock = { ...systemClock, now, advance };
  // As another process does: what is done manually is seen through the feed alone.
  const { store, accountId, authority, admin, secrets, events, accounts, applied, outbox } = unwrap(
    await openServedStore({ ...place.world, ...serving, folder: place.folder(), whenAbsent: 'refuse' }),
  );
  unwrap(await authority.setRootToken(new Secret(ROOT)));
  const feed = unwrap(await openStoreFeed({ ...place.world, folder: place.folder() }));
  const verifier = unwrap(await createVerifier(feed, clock));
  const following = new AbortController();
  const followed = verifier.follow(50, following.signal);
  const stopping = new AbortController();
  const requests: RequestEntry[] = [];
  const failures: string[] = [];
  const warnings: string[] = [];
  const beat = () =>
    accounts.seen({ id: 'us_ins_test', kind: 'server', name: 'test', version: '0', startedAt: clock.now() });
  const changed = change({
    ...{ store, verifier, clock, entropy: place.world.entropy, stopping: stopping.signal },
    ...{ accountId, authority, admin, secrets, events, accounts },
    entitlements: unwrap(await openEntitlements({ accounts, clock })),
    previews: previewsOver({ store, applied }),
    metrics: newHttpMetrics({ verifier }),
    limits: { requestsPerMinute: 100_000, concurrent: 100, streams: 10 },
    origins: [],
    callers: unwrap(
      callerAddresses({ proxies: serving.proxies ?? '', warn: (text) => void warnings.push(text) }),
    ),
    log: {
      request: (entry) => void requests.push(entry),
      failure: (_id, message, cause) => void failures.push(`${message} ${String(cause)}`),
    },
    readiness: readinessOf({ store, verifier, clock, stopping: stopping.signal, beat }),
  });
  const world = { ...changed, readiness: readinessOf({ ...changed, beat }) };
  const listening: Listening = unwrap(await listen(world, ROUTES, { host: '127.0.0.1', port: 0 }));
  const url = `http://127.0.0.1:${listening.port}`;
  const described = (await (await fetch(`${url}/openapi.json`)).json()) as Description;
  const ask = async (line: string, asked: Asked = {}) =>
    asDescribed(described, line, await send(url, line, asked));
  return {
    ...{ url, hand, world, listening, outbox, clock, requests, failures, warnings, ask },
    asRoot: (line, body) => ask(line, { token: ROOT, ...(body !== undefined && { body }) }),
    stop: async () => {
      stopping.abort();
      following.abort();
      await listening.stop(200);
      await followed;
      await verifier.close();
      await store.close();
    },
  };
}

/** `POST /v1/keys/verify` */
async function send(url: string, line: string, { token, headers = {}, body }: Asked): Promise<Got> {
  const [method = 'GET', path = '/'] = line.split(' ');
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const shown = typeof token === 'string' ? token : token?.reveal();
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(shown !== undefined && { authorization: `Bearer ${shown}` }),
      ...(text !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(text !== undefined && { body: text }),
  });
  const answered = await response.text();
  const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '');
  const { status } = response;
  return {
    status,
    headers: response.headers,
    body: isJson && answered ? JSON.parse(answered) : undefined,
    text: answered,
  };
}

/** Bytes as they are, for what `fetch` would never send. Gives the status and the body. */
export function sendRaw(
  server: TestServer,
  options: {
    readonly path: string;
    readonly method?: string;
    readonly headers: readonly string[];
    readonly body?: Buffer | string;
  },
): Promise<{
  readonly status: number;
  readonly text: string;
  readonly headers: NodeJS.Dict<string | string[]>;
}> {
  return new Promise((resolve, reject) => {
    const asked = plainRequest(
      server.url + options.path,
      { method: options.method ?? 'POST', headers: options.headers as string[], agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            text: Buffer.concat(chunks).toString('utf8'),
            headers: response.headers,
          }),
        );
      },
    );
    asked.on('error', reject);
    asked.end(options.body);
  });
}
