/**
 * The keys of a fleet over HTTP, against the same of a small store: a page of a hundred, the first and one in the
 * middle, and making keys. What a call costs is to follow what it asks for, not how many keys there are. The page also
 * beside bare `node:http` that answers as many bytes. Each server is `keywright serve` in a process of its own.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sodiumSealing, systemClock, systemEntropy } from '../src/adapters/system.js';
import { Secret } from '../src/domain/secret.js';
import { openServedStore } from '../src/main/open-store.js';
import { alternate, atLeast, atMost, isQuick, note, report } from './support/figures.js';
import { scratchFolder } from './support/fleet.js';
import { load, serveBare, started } from './support/http-load.js';
import { serveStore } from './support/processes.js';

const MANY = isQuick ? 10_000 : 100_000;
const FEW = 1_000;
const PAGE = 100;
const ROUNDS = isQuick ? 3 : 9;
const ROUND_MS = isQuick ? 1_000 : 2_000;
const MADE_A_ROUND = isQuick ? 50 : 200;
/** As many as are waited for together go to disk together. */
const AT_ONCE = 128;
const ROOT = 'a root token of benchmarks, which is long enough';
const BY = { path: 'bench' };

interface Fleet {
  readonly keys: number;
  readonly url: string;
  readonly port: number;
  stop(): void;
}

/** A store of so many keys of the tenant, made as callers make them, behind a server. */
async function fleetOf(keys: number): Promise<Fleet> {
  const folder = join(scratchFolder(), 'store');
  note(`making ${keys.toLocaleString('en')} keys`);
  const adapters = { clock: systemClock, entropy: systemEntropy, sealing: sodiumSealing };
  const store = need(await openServedStore({ ...adapters, folder, whenAbsent: 'create' }));
  need(await store.authority.setRootToken(new Secret(ROOT)));
  const principal = need(await store.authority.authenticate(new Secret(ROOT), BY));
  for (let first = 0; first < keys; first += AT_ONCE) {
    const batch = Array.from({ length: Math.min(AT_ONCE, keys - first) }, async (_, at) =>
      need(
        await store.admin.create(
          {
            ...{ kind: 'ApiKey', name: nameAt(first + at) },
            spec: { environment: 'production', type: 'secret', owner: { tenant: true } },
          },
          { principal, context: BY },
        ),
      ),
    );
    await Promise.all(batch);
  }
  await store.store.close();
  const { url, process: server } = await serveStore({ folder, token: ROOT });
  return { keys, url, port: Number(new URL(url).port), stop: () => void server.kill('SIGTERM') };
}

const nameAt = (index: number): string => `key-${String(index).padStart(6, '0')}`;

function need<T>(
  result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown },
): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

const headers = { authorization: `Bearer ${ROOT}`, 'content-type': 'application/json' };

interface Page {
  readonly bytes: number;
  readonly nextCursor: string;
}

async function pageAt({ url }: Fleet, query: string): Promise<Page> {
  const response = await fetch(`${url}/v1/keys?${query}`, { headers });
  const text = await response.text();
  if (response.status !== 200) throw new Error(text);
  const { nextCursor } = JSON.parse(text) as { readonly nextCursor: string };
  return { bytes: text.length, nextCursor };
}

/** The query of a page that begins in the middle: pages of 200, the largest there are, lead there. */
async function middleOf(fleet: Fleet): Promise<string> {
  let query = 'limit=200';
  for (let passed = 0; passed < fleet.keys / 2; passed += 200)
    query = `limit=200&cursor=${encodeURIComponent((await pageAt(fleet, query)).nextCursor)}`;
  return query.replace('limit=200', `limit=${PAGE}`);
}

const pages = (query: string): readonly string[] => [
  `GET /v1/keys?${query} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${ROOT}\r\n\r\n`,
];

const pageRate = (port: number, query: string) => (): Promise<number> =>
  load(port, { requests: pages(query), roundMs: ROUND_MS });

async function compareLists(many: Fleet, few: Fleet): Promise<void> {
  const first = `limit=${PAGE}`;
  const middle = await middleOf(many);
  const { bytes } = await pageAt(many, first);
  const bare = await started(fileURLToPath(import.meta.url), 'bare', String(bytes));
  const small = {
    what: `the same of ${few.keys.toLocaleString('en')} keys`,
    rate: pageRate(few.port, first),
  };
  await compare('the first page of a hundred', pageRate(many.port, first), { ...small, target: 0.8 });
  await compare('a page in the middle', pageRate(many.port, middle), { ...small, target: 0.8 });
  await compare('the first page of a hundred', pageRate(many.port, first), {
    ...{ what: `bare node:http, ${bytes} bytes`, rate: pageRate(bare.port, first), target: 0.4 },
  });
  bare.child.kill();
}

interface Baseline {
  readonly what: string;
  readonly rate: () => Promise<number>;
  readonly target: number;
}

async function compare(what: string, ours: () => Promise<number>, baseline: Baseline): Promise<void> {
  await ours();
  await baseline.rate();
  const took = await alternate(ROUNDS, ours, baseline.rate);
  report({
    what: `GET /v1/keys among ${MANY.toLocaleString('en')}: ${what}`,
    value: took.ours,
    unit: 'requests/s',
    baseline: { what: baseline.what, value: took.baseline },
    ratio: took.ratio,
    target: atLeast(took.ratio, baseline.target, '×'),
  });
}

let made = 0;

/** Milliseconds for one, when eight are asked for at a time. */
const making =
  ({ url }: Fleet) =>
  async (): Promise<number> => {
    const startedMs = performance.now();
    const makeSome = async (): Promise<void> => {
      for (let count = 0; count < MADE_A_ROUND / 8; count++) {
        const body = { name: `made-${made++}`, environment: 'production', owner: { tenant: true } };
        const response = await fetch(`${url}/v1/keys`, {
          method: 'POST',
          headers,
          body: JSON.stringify(body),
        });
        if (!response.ok) throw new Error(await response.text());
        await response.text();
      }
    };
    await Promise.all(Array.from({ length: 8 }, makeSome));
    return (performance.now() - startedMs) / MADE_A_ROUND;
  };

async function compareMaking(many: Fleet, few: Fleet): Promise<void> {
  const [ours, baseline] = [making(many), making(few)];
  await ours();
  await baseline();
  const took = await alternate(ROUNDS, ours, baseline);
  report({
    what: `POST /v1/keys among ${MANY.toLocaleString('en')}`,
    value: took.ours,
    unit: 'ms',
    baseline: { what: `the same among ${few.keys.toLocaleString('en')}`, value: took.baseline },
    ratio: took.ratio,
    target: atMost(took.ratio, 1.2, '×'),
  });
}

if (process.argv[2] === 'bare') serveBare(Number(process.argv[3]));
else {
  const few = await fleetOf(FEW);
  const many = await fleetOf(MANY);
  await compareLists(many, few);
  await compareMaking(many, few);
  many.stop();
  few.stop();
}
