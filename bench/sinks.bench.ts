/**
 * Confirming and delivering a secret through the engine of sinks and a driver, and the bare HTTP calls that it takes, to the
 * same server, one after another. Types of services are held against their test servers, which check what is documented and
 * so cost more than a call: those ratios are smaller than a fast service would show. `loopback` is a server that keeps
 * objects and nothing else, so its ratio is what the engine itself costs.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock, systemEntropy } from '../src/adapters/system.js';
import { fault } from '../src/domain/errors.js';
import { sinkIdOf } from '../src/domain/kinds/index.js';
import { fail, ok } from '../src/domain/result.js';
import { fingerprintOf, mintKey } from '../src/domain/secret.js';
import type { OpenDriver } from '../src/sinks/driver.js';
import { openSinks } from '../src/sinks/sinks.js';
import { alternate, isQuick, note, report } from './support/figures.js';
import {
  awsSecretsManager,
  type BenchedType,
  bareClient,
  githubActions,
  kubernetes,
  vault,
} from './support/sink-services.js';

const ROUNDS = isQuick ? 3 : 9;
/** Of what a full round has. */
const QUICK_SHARE = 5;

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
  const { ask, close } = bareClient(`http://127.0.0.1:${port}`, {});
  const pathOf = (object: string): string => `/${encodeURIComponent(object)}`;
  const open: OpenDriver = () => ({
    read: async (object) => {
      const { status, body } = await ask('GET', pathOf(object));
      if (status === 404) return ok(undefined);
      return ok({ values: new Map([['api_key', body]]), revision: '1' });
    },
    write: async (object, { set }) => {
      const { status } = await ask('PUT', pathOf(object), set.get('api_key')?.reveal() ?? '');
      return status === 200 ? ok(undefined) : fail(fault('sink_unavailable', `answered ${status}`));
    },
    touch: async (object, { values }) => {
      await ask('PUT', pathOf(object), values?.get('api_key') ?? '');
      return ok(undefined);
    },
  });
  const sinks = openSinks({
    files: { root: '.', roots: ['.'], machine: 'bench', exclusively: (work) => work() },
    drivers: {
      ...{ clock: systemClock, entropy: systemEntropy, root: '.', roots: ['.'], env: {} },
      exclusively: (work) => work(),
      credential: async () => fail(fault('sink_refused', 'the bench has no credential')),
    },
    connections: { find: async () => ok({ vault: { address: 'https://localhost' } }) },
    openers: { vault: open },
  });
  const path = (nth: number): string => `/bare-${nth}`;
  return {
    ...{ name: 'loopback', each: 200, sinks },
    sink: (nth) => ({
      vault: { connection: 'v', mount: 'secret', path: `k/${nth}`, fields: { api_key: 'key' } },
    }),
    bareDeliver: async (nth, secret) => {
      await ask('GET', path(nth));
      await ask('PUT', path(nth), secret.reveal());
    },
    bareConfirm: async (nth) => {
      const { body } = await ask('GET', path(nth));
      await ask('PUT', path(nth), body);
    },
    close: () => {
      close();
      server.close();
    },
  };
}

const TYPES = {
  loopback,
  vault,
  kubernetes,
  'aws-secrets-manager': awsSecretsManager,
  'github-actions': githubActions,
};

async function bench(type: BenchedType): Promise<void> {
  const { sinks, name } = type;
  const each = isQuick ? Math.ceil(type.each / QUICK_SHARE) : type.each;
  const { token } = mintKey('secret', true, systemEntropy);
  const fingerprint = fingerprintOf(token.reveal());
  /** What the delivery made, where no value is shown: what a confirmation goes by. */
  const revisions = new Map<number, string>();
  let [drawn, drawnBare] = [0, 0];

  /** Milliseconds for one of `each`, one after another. */
  async function timed(work: (nth: number) => Promise<unknown>): Promise<number> {
    const startedMs = performance.now();
    for (let nth = 0; nth < each; nth++) await work(nth);
    return (performance.now() - startedMs) / each;
  }
  const failed = (done: unknown): never => {
    throw new Error(`${name}: ${JSON.stringify(done)}`);
  };
  const delivery = { bundle: { key: token }, object: 'ApiKey/bench', generation: 1 };
  const expected = { mayBeMissing: true, fingerprints: [] };
  const deliver = async (): Promise<void> => {
    const nth = drawn++;
    const done = await sinks.deliver(type.sink(nth), { ...delivery, expected });
    if (!done.ok) return failed(done);
    if (done.value.revision !== undefined) revisions.set(nth, done.value.revision);
  };
  const confirm = async (nth: number): Promise<void> => {
    const revision = revisions.get(nth);
    const confirmed = { fingerprint, ...(revision !== undefined && { revision }) };
    const done = await sinks.confirm(sinkIdOf(type.sink(nth)), confirmed);
    if (!done.ok) failed(done);
  };
  const bareDeliver = (): Promise<void> => type.bareDeliver(drawnBare++, token);
  // Connections, code and the like are warm before the first round.
  await deliver();
  await bareDeliver();
  const delivered = await alternate(
    ROUNDS,
    () => timed(deliver),
    () => timed(bareDeliver),
  );
  const confirmed = await alternate(
    ROUNDS,
    () => timed(confirm),
    () => timed((nth) => type.bareConfirm(nth)),
  );
  for (const [what, figure] of [['deliver', delivered] as const, ['confirm', confirmed] as const])
    report({
      what: `${name}: ${what}, one after another`,
      ...{ value: figure.ours, unit: 'ms', ratio: figure.ratio },
      baseline: { what: 'the bare HTTP calls', value: figure.baseline },
    });
}

for (const [name, start] of Object.entries(TYPES)) {
  const type = await start();
  if (type === undefined) {
    note(`${name} is left out: its test server needs openssl`);
    continue;
  }
  try {
    await bench(type);
  } finally {
    await type.close();
  }
}
