/**
 * Verifying over HTTP against bare `node:http` that reads a body and answers as much JSON, and against the servers of
 * bench/peers where they are installed: each in a process of its own, the load from this one over connections that
 * stay open, by turns. Keywright has all keys in memory, and a key asks.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newHttpMetrics } from '../src/adapters/http-metrics.js';
import { sodiumSealing, systemClock, systemEntropy } from '../src/adapters/system.js';
import { ok } from '../src/domain/result.js';
import { PEER_ADDRESSES } from '../src/http/caller-address.js';
import { openEntitlements } from '../src/http/entitlements.js';
import { listen } from '../src/http/server.js';
import { openServedStore } from '../src/main/open-store.js';
import { previewsOver } from '../src/main/previews.js';
import { readinessOf } from '../src/main/readiness.js';
import { ROUTES } from '../src/main/routes.js';
import type { Credential, CredentialFeed } from '../src/ports/credential-feed.js';
import { createVerifier } from '../src/verifier/verifier.js';
import { credentialAt, generatedFeed, seededEntropy } from './support/credentials.js';
import { alternate, atLeast, isQuick, note, report } from './support/figures.js';
import { scratchFolder } from './support/fleet.js';
import { load, type Started, serveBare, started, tell } from './support/http-load.js';

const KEYS = isQuick ? 10_000 : 100_000;
const ROUNDS = isQuick ? 3 : 9;
const ROUND_MS = isQuick ? 1_000 : 3_000;
/** As many bytes as an answer of Keywright has. */
const ANSWER_BYTES = 271;

async function serveOurs(): Promise<void> {
  const adapters = { clock: systemClock, entropy: systemEntropy, sealing: sodiumSealing };
  const folder = join(scratchFolder(), 'store');
  const served = await openServedStore({ ...adapters, folder, whenAbsent: 'create' });
  const verifier = await createVerifier(askingFeed(), systemClock);
  if (!served.ok || !verifier.ok) throw new Error('the server does not start');
  const entitlements = await openEntitlements({ accounts: served.value.accounts, clock: systemClock });
  if (!entitlements.ok) throw new Error(entitlements.error.message);
  void verifier.value.follow(500, new AbortController().signal);
  const listening = await listen(
    {
      ...{
        ...served.value,
        ...adapters,
        verifier: verifier.value,
        metrics: newHttpMetrics({ verifier: verifier.value }),
      },
      readiness: readinessOf({
        ...{ ...served.value, ...adapters, verifier: verifier.value },
        ...{ stopping: new AbortController().signal, beat: async () => ok(undefined) },
      }),
      log: { request: () => undefined, failure: (_, message) => note(message) },
      limits: { requestsPerMinute: 1, concurrent: 256, streams: 1 },
      origins: [],
      callers: PEER_ADDRESSES,
      stopping: new AbortController().signal,
      entitlements: entitlements.value,
      previews: previewsOver(served.value),
    },
    ROUTES,
    { host: '127.0.0.1', port: 0 },
  );
  if (!listening.ok) throw new Error(listening.error.message);
  tell(listening.value);
}

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
    ? { ...credential, effective: { ...credential.effective, permissions: ['keys:verify'] } }
    : credential;

/** Others that answer whether a token is good, in bench/peers. */
const PEERS = [
  { file: 'oidc-provider', what: "oidc-provider's introspection", target: 8 },
  { file: 'better-auth', what: "better-auth's API-key plugin", target: undefined },
] as const;
/** Made one after another, at some milliseconds each, by those that write them down. */
const PEER_TOKENS = isQuick ? 1_000 : 10_000;
const PEERS_FOLDER = fileURLToPath(new URL('../../bench/peers/', import.meta.url));

async function measure(): Promise<void> {
  const self = fileURLToPath(import.meta.url);
  const ours = { what: 'ours', requests: requestTexts(), ...(await started(self, 'ours')) };
  const bare = await started(self, 'bare');
  await against(ours, { what: 'bare node:http', ...bare, requests: ours.requests }, 0.75);
  bare.child.kill();
  const arePeersThere = existsSync(join(PEERS_FOLDER, 'node_modules'));
  if (!arePeersThere)
    note('SKIPPED: the peers are not installed (npm ci --prefix bench/peers --ignore-scripts)');
  for (const { file, what, target } of arePeersThere ? PEERS : []) {
    note(`${what}: making ${PEER_TOKENS.toLocaleString('en')} tokens`);
    const peer = await started(join(PEERS_FOLDER, `${file}.mjs`), String(PEER_TOKENS));
    await against(ours, { what, requests: ours.requests, ...peer }, target);
    peer.child.kill();
  }
  ours.child.kill();
}

interface Baseline extends Started {
  readonly what: string;
  readonly requests: readonly string[];
}

async function against(ours: Baseline, baseline: Baseline, target: number | undefined): Promise<void> {
  const ourRate = () => load(ours.port, { ...ours, roundMs: ROUND_MS });
  const baseRate = () => load(baseline.port, { ...baseline, roundMs: ROUND_MS });
  note('warming up');
  await ourRate();
  await baseRate();
  const took = await alternate(ROUNDS, ourRate, baseRate);
  report({
    what: `POST /v1/keys/verify, ${KEYS.toLocaleString('en')} keys, 32 connections`,
    value: took.ours,
    unit: 'requests/s',
    baseline: { what: baseline.what, value: took.baseline },
    ratio: took.ratio,
    ...(target !== undefined && { target: atLeast(took.ratio, target, `× ${baseline.what}`) }),
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

if (process.argv[2] === 'bare') serveBare(ANSWER_BYTES);
else if (process.argv[2] === 'ours') await serveOurs();
else await measure();
