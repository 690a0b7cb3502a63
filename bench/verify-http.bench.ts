/**
 * Verifying over HTTP against bare `node:http` that reads a body and answers as much JSON: each server in a process of
 * its own, the load from this one over connections that stay open, by turns. Ours has all keys in memory, and a key asks.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ok } from '../src/domain/result.js';
import { openPlanGate } from '../src/http/plan-gate.js';
import { listen } from '../src/http/server.js';
import { newHttpMetrics } from '../src/main/http-metrics.js';
import { openEmbeddedServed } from '../src/main/served-store.js';
import { sodiumSealing, systemClock, systemEntropy } from '../src/main/system.js';
import type { Credential, CredentialFeed } from '../src/ports/credential-feed.js';
import { createVerifier } from '../src/verifier/verifier.js';
import { credentialAt, generatedFeed, seededEntropy } from './support/credentials.js';
import { alternate, atLeast, isQuick, note, report } from './support/figures.js';
import { scratchFolder } from './support/fleet.js';

const KEYS = isQuick ? 10_000 : 100_000;
const ROUNDS = isQuick ? 3 : 9;
const ROUND_MS = isQuick ? 1_000 : 3_000;
const CONNECTIONS = 32;
/** As many bytes as an answer of ours has. */
const BARE_ANSWER = JSON.stringify({ data: 'x'.repeat(260) });

function serveBare(): void {
  const server = createServer((request, response) => {
    request.on('data', () => undefined);
    request.on('end', () => {
      response.writeHead(200, {
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(BARE_ANSWER),
      });
      response.end(BARE_ANSWER);
    });
  });
  server.listen(0, '127.0.0.1', () => tell(server.address()));
}

async function serveOurs(): Promise<void> {
  const adapters = { clock: systemClock, entropy: systemEntropy, sealing: sodiumSealing };
  const folder = join(scratchFolder(), 'store');
  const served = await openEmbeddedServed({ ...adapters, folder, whenAbsent: 'create' });
  const verifier = await createVerifier(askingFeed(), systemClock);
  if (!served.ok || !verifier.ok) throw new Error('the server does not start');
  const plan = await openPlanGate({ accounts: served.value.accounts, clock: systemClock });
  if (!plan.ok) throw new Error(plan.error.message);
  void verifier.value.follow(500, new AbortController().signal);
  const listening = await listen(
    {
      ...{ ...served.value, ...adapters, verifier: verifier.value, metrics: newHttpMetrics(verifier.value) },
      log: { request: () => undefined, failure: (_, message) => note(message) },
      limits: { requestsPerMinute: 1, concurrent: 256, streams: 1 },
      stopping: new AbortController().signal,
      plan: plan.value,
    },
    { host: '127.0.0.1', port: 0 },
  );
  if (!listening.ok) throw new Error(listening.error.message);
  tell(listening.value);
}

const tell = (address: unknown): void => void process.send?.(address);

/** The first key may ask about others; it is in production, as are all with an even number. */
function askingFeed(): CredentialFeed {
  const feed = generatedFeed(KEYS, () => undefined);
  return {
    ...feed,
    snapshot: async (after, limit) => {
      const page = await feed.snapshot(after, limit);
      if (!page.ok || after !== undefined) return page;
      return ok({ ...page.value, credentials: page.value.credentials.map(asking) });
    },
  };
}

/** The second that is good for ever: numbers 0 and 16 are revoked or expire. */
const ASKER = 2;
const asking = (credential: Credential, index: number): Credential =>
  index === ASKER
    ? { ...credential, standing: { ...credential.standing, permissions: ['keys:verify'] } }
    : credential;

async function measure(): Promise<void> {
  const [ours, bare] = await Promise.all([started('ours'), started('bare')]);
  const requests = requestTexts();
  const rate = (port: number) => () => load(port, requests);
  note('warming up');
  await rate(ours.port)();
  await rate(bare.port)();
  const took = await alternate(ROUNDS, rate(ours.port), rate(bare.port));
  report({
    what: `POST /v1/keys/verify, ${KEYS.toLocaleString('en')} keys, 32 connections`,
    value: took.ours,
    unit: 'requests/s',
    baseline: { what: 'bare node:http', value: took.baseline },
    ratio: took.ratio,
    target: atLeast(took.ratio, 0.75, '× bare node:http'),
  });
  for (const { child } of [ours, bare]) child.kill();
}

function started(role: string): Promise<{ readonly port: number; readonly child: ChildProcess }> {
  const child = fork(fileURLToPath(import.meta.url), [role], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    child.once('message', (address: { readonly port: number }) => resolve({ port: address.port, child }));
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
}

/** A thousand keys, far from one another. */
function requestTexts(): readonly string[] {
  const entropy = seededEntropy(20_261_122);
  const tokens = Array.from({ length: KEYS }, (_, index) => credentialAt(index, entropy).token);
  return Array.from({ length: 1_000 }, (_, index) => {
    const body = JSON.stringify({ key: tokens[(index * 7_919) % KEYS] });
    return (
      `POST /v1/keys/verify HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${tokens[ASKER]}\r\n` +
      `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`
    );
  });
}

/** Requests a second, one at a time on each connection. Throws unless each is answered 200. */
async function load(port: number, requests: readonly string[]): Promise<number> {
  const endsAtMs = performance.now() + ROUND_MS;
  const startedMs = performance.now();
  const counts = await Promise.all(
    Array.from({ length: CONNECTIONS }, (_, index) =>
      converse(port, { requests, from: index * 31, endsAtMs }),
    ),
  );
  return (counts.reduce((sum, count) => sum + count, 0) / (performance.now() - startedMs)) * 1_000;
}

interface Talk {
  readonly requests: readonly string[];
  readonly from: number;
  readonly endsAtMs: number;
}

function converse(port: number, { requests, from, endsAtMs }: Talk): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1').setNoDelay(true).setEncoding('latin1');
    let answered = 0;
    let text = '';
    const ask = () => socket.write(requests[(from + answered) % requests.length] ?? '');
    socket.on('connect', ask).on('error', reject);
    socket.on('data', (chunk) => {
      text += chunk;
      const headEnd = text.indexOf('\r\n\r\n');
      if (headEnd < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1]);
      if (text.length < headEnd + 4 + length) return;
      if (!text.startsWith('HTTP/1.1 200')) reject(new Error(text.slice(0, 400)));
      text = '';
      answered++;
      if (performance.now() < endsAtMs) ask();
      else socket.end(() => resolve(answered));
    });
  });
}

if (process.argv[2] === 'bare') serveBare();
else if (process.argv[2] === 'ours') await serveOurs();
else await measure();
