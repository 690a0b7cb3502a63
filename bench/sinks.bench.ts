/**
 * Confirming and delivering a secret through the engine of sinks and a driver, and the bare HTTP calls that it takes, to the
 * same server. A type is a line of the table below; `loopback` is a server that keeps objects and nothing else, so its ratio
 * is what the engine itself costs.
 */
import { Agent, createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock, systemEntropy } from '../src/adapters/system.js';
import { fault } from '../src/domain/errors.js';
import type { SinkDeclaration } from '../src/domain/kinds/index.js';
import { sinkIdOf } from '../src/domain/kinds/index.js';
import { fail, ok } from '../src/domain/result.js';
import { fingerprintOf, mintKey, type Secret } from '../src/domain/secret.js';
import type { OpenDriver } from '../src/sinks/driver.js';
import { openSinks } from '../src/sinks/sinks.js';
import { alternate, isQuick, report } from './support/figures.js';

const ROUNDS = isQuick ? 3 : 9;
const EACH = isQuick ? 100 : 500;

interface BenchedType {
  readonly name: string;
  readonly open: OpenDriver;
  sink(nth: number): SinkDeclaration;
  /** What a delivery, and a confirmation, sends at the least. */
  bareDeliver(nth: number, secret: Secret): Promise<void>;
  bareConfirm(nth: number): Promise<void>;
  close(): void;
}

async function loopback(): Promise<BenchedType> {
  const objects = new Map<string, string>();
  const server = createServer((asked, answer) => {
    let body = '';
    asked.on('data', (chunk) => {
      body += chunk;
    });
    asked.on('end', () => {
      const path = asked.url ?? '';
      if (asked.method === 'PUT') objects.set(path, body);
      const held = objects.get(path);
      answer.writeHead(held === undefined ? 404 : 200, { etag: String(held?.length ?? 0) }).end(held);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true });
  const call = (method: string, path: string, body?: string, signal?: AbortSignal) =>
    new Promise<{ status: number; body: string }>((done, reject) => {
      const sent = httpRequest({ port, host: '127.0.0.1', agent, method, path, ...(signal && { signal }) });
      sent.on('error', reject);
      sent.on('response', (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk) => {
          text += chunk;
        });
        answer.on('end', () => done({ status: answer.statusCode ?? 0, body: text }));
      });
      sent.end(body);
    });
  const pathOf = (object: string): string => `/${encodeURIComponent(object)}`;
  const open: OpenDriver = () => ({
    read: async (object, { signal }) => {
      const { status, body } = await call('GET', pathOf(object), undefined, signal);
      if (status === 404) return ok(undefined);
      return ok({ values: new Map([['api_key', body]]), revision: '1' });
    },
    write: async (object, { set }, { signal }) => {
      const { status } = await call('PUT', pathOf(object), set.get('api_key')?.reveal() ?? '', signal);
      return status === 200 ? ok(undefined) : fail(fault('sink_unavailable', `answered ${status}`));
    },
    touch: async (object, { values }, { signal }) => {
      await call('PUT', pathOf(object), values?.get('api_key') ?? '', signal);
      return ok(undefined);
    },
  });
  const path = (nth: number): string => `/bare-${nth}`;
  return {
    ...{ name: 'loopback', open },
    sink: (nth) => ({
      vault: { connection: 'v', mount: 'secret', path: `k/${nth}`, fields: { api_key: 'key' } },
    }),
    bareDeliver: async (nth, secret) => {
      await call('GET', path(nth));
      await call('PUT', path(nth), secret.reveal());
    },
    bareConfirm: async (nth) => {
      const { body } = await call('GET', path(nth));
      await call('PUT', path(nth), body);
    },
    close: () => {
      agent.destroy();
      server.close();
    },
  };
}

const TYPES: readonly (() => Promise<BenchedType>)[] = [loopback];

for (const start of TYPES) {
  const type = await start();
  const sinks = openSinks({
    files: { root: '.', roots: ['.'], machine: 'bench', exclusively: (work) => work() },
    drivers: {
      ...{ clock: systemClock, entropy: systemEntropy, root: '.', roots: ['.'], env: {} },
      exclusively: (work) => work(),
      credential: async () => fail(fault('sink_refused', 'the bench has no credential')),
    },
    connections: { find: async () => ok({ vault: { address: 'https://localhost' } }) },
    openers: { vault: type.open },
  });
  const { token } = mintKey('secret', true, systemEntropy);
  let drawn = 0;

  /** Milliseconds for one of `EACH`, one after another. */
  async function timed(work: (nth: number) => Promise<unknown>): Promise<number> {
    const startedMs = performance.now();
    for (let nth = 0; nth < EACH; nth++) await work(nth);
    return (performance.now() - startedMs) / EACH;
  }
  const must = (done: { readonly ok: boolean }): void => {
    if (!done.ok) throw new Error(`${type.name}: ${JSON.stringify(done)}`);
  };
  const delivery = { bundle: { key: token }, object: 'ApiKey/bench', generation: 1 };
  const expected = { mayBeMissing: true, fingerprints: [] };
  const delivered = await alternate(
    ROUNDS,
    () => timed(async () => must(await sinks.deliver(type.sink(drawn++), { ...delivery, expected }))),
    () => timed((nth) => type.bareDeliver(nth, token)),
  );
  const confirmed = await alternate(
    ROUNDS,
    () =>
      timed(async (nth) =>
        must(await sinks.confirm(sinkIdOf(type.sink(nth)), { fingerprint: fingerprintOf(token.reveal()) })),
      ),
    () => timed((nth) => type.bareConfirm(nth)),
  );
  for (const [what, figure] of [['deliver', delivered] as const, ['confirm', confirmed] as const])
    report({
      what: `${type.name}: ${what}, one after another`,
      ...{ value: figure.ours, unit: 'ms', ratio: figure.ratio },
      baseline: { what: 'the bare HTTP calls', value: figure.baseline },
    });
  type.close();
}
