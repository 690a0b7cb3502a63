/**
 * How soon a revocation is in force in another process, on PostgreSQL: from when its call returned until that
 * process first refuses the key (which may be before), and from before it was asked for. Notified by LISTEN/NOTIFY, against looking every 500 ms; and with the feed cut, where
 * the verifier must refuse by itself.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { sodiumSealing, systemClock, systemEntropy } from '../src/adapters/system.js';
import { fault } from '../src/domain/errors.js';
import { ApiKey, type ApiKeySpec } from '../src/domain/kinds/api-key.js';
import { normalForm } from '../src/domain/kinds/normal-form.js';
import { fail, type Result } from '../src/domain/result.js';
import { Secret } from '../src/domain/secret.js';
import { openStore, openStoreFeed } from '../src/main/open-store.js';
import type { CredentialFeed } from '../src/ports/credential-feed.js';
import type { LiveStore } from '../src/ports/live-store.js';
import { createVerifier } from '../src/verifier/verifier.js';
import { startServer } from './support/cluster.js';
import { atMost, isQuick, median, note, quantile, report } from './support/figures.js';
import { scratchFolder } from './support/fleet.js';

const ROUNDS = isQuick ? 10 : 100;
const POLL_ROUNDS = isQuick ? 5 : 20;
const CUT_ROUNDS = isQuick ? 1 : 3;
/** The verifier's default. */
const REFRESH_EVERY_MS = 500;

type Mode = 'listen' | 'poll' | 'cut';
const WORLD = { clock: systemClock, entropy: systemEntropy, sealing: sodiumSealing };
const CALLER = { actor: 'bench', path: 'bench' };

const nowMs = (): number => performance.timeOrigin + performance.now();

function need<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
}

/** The other process: answers `ready`, looks at the key every millisecond, and says when it was first refused. */
async function follow(mode: Mode): Promise<void> {
  const { BENCH_ADDRESS = '', BENCH_FOLDER = '' } = process.env;
  const feed = need(
    await openStoreFeed({ ...WORLD, address: new Secret(BENCH_ADDRESS), folder: BENCH_FOLDER }),
  );
  let isCut = false;
  const seen: CredentialFeed = {
    ...feed,
    watch: mode === 'poll' ? () => () => undefined : (listener) => feed.watch(listener),
    changedSince: (position) =>
      isCut ? Promise.resolve(fail(fault('store_unreachable', 'cut'))) : feed.changedSince(position),
  };
  const verifier = need(await createVerifier(seen, systemClock));
  void verifier.follow(REFRESH_EVERY_MS, new AbortController().signal);
  process.on('message', async (token: string) => {
    isCut = false;
    while (!verifier.verify(token).valid) await systemClock.sleep(5);
    isCut = mode === 'cut';
    process.send?.('ready');
    while (verifier.verify(token).valid) await systemClock.sleep(1);
    process.send?.(nowMs());
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.('open');
}

const heard = <T>(child: ChildProcess): Promise<T> =>
  new Promise((resolve) => child.once('message', (message) => resolve(message as T)));

async function keyIn(store: LiveStore, name: string): Promise<Secret> {
  const spec: ApiKeySpec = { environment: 'production', owner: { tenant: true } };
  const declaration = { kind: 'ApiKey', metadata: { name }, spec: normalForm(ApiKey.schema, spec) } as const;
  const object = { kind: 'ApiKey', name } as const;
  const lease = need(await store.acquireLease('bench', 5_000));
  const ownership = { project: 'bench', manager: 'documents' };
  need(await store.mutate({ kind: 'create', declaration, ownership }, lease, CALLER));
  need(await store.mutate({ kind: 'issue', object, generation: 1, recipient: 'authority' }, lease, CALLER));
  need(await store.mutate({ kind: 'promote', object, generation: 1, deliveries: [] }, lease, CALLER));
  need(await store.releaseLease(lease));
  return need(await store.claim(object, CALLER));
}

/** Milliseconds until refused, from when it was asked for and from when the call returned. */
interface Delays {
  readonly asked: Float64Array;
  readonly acknowledged: Float64Array;
}

async function delays(mode: Mode, rounds: number, store: LiveStore, env: NodeJS.ProcessEnv): Promise<Delays> {
  note(`${rounds} revocations, ${mode}`);
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url)], {
    env: { ...env, BENCH_FOLLOW: mode },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await heard(child);
  const asked = new Float64Array(rounds);
  const acknowledged = new Float64Array(rounds);
  for (let round = 0; round < rounds; round++) {
    const name = `${mode}-${round}`;
    const token = await keyIn(store, name);
    const ready = heard(child);
    child.send(token.reveal());
    await ready;
    // Nothing is in step with the other's looks.
    await systemClock.sleep((round * 37) % REFRESH_EVERY_MS);
    const refused = heard<number>(child);
    const startedMs = nowMs();
    need(await store.request({ kind: 'revoke', object: { kind: 'ApiKey', name }, overlapMs: 0 }, CALLER));
    const returnedMs = nowMs();
    const refusedMs = await refused;
    asked[round] = refusedMs - startedMs;
    acknowledged[round] = Math.max(0, refusedMs - returnedMs);
  }
  child.disconnect();
  return { asked, acknowledged };
}

async function measure(): Promise<void> {
  const server = await startServer();
  if (server === undefined) {
    note('PostgreSQL is not installed: nothing measured');
    return;
  }
  const folder = scratchFolder();
  const env = { ...process.env, BENCH_ADDRESS: server.address, BENCH_FOLDER: folder };
  const options = { ...WORLD, address: new Secret(server.address), folder, whenAbsent: 'create' } as const;
  const store = need(await openStore(options));
  try {
    const poll = median([...(await delays('poll', POLL_ROUNDS, store, env)).asked]);
    const told = await delays('listen', ROUNDS, store, env);
    const cut = await delays('cut', CUT_ROUNDS, store, env);
    const baseline = { what: `looking every ${REFRESH_EVERY_MS} ms`, value: poll };
    const middle = median([...told.asked]);
    report({ what: 'asked for to refused, p50', value: middle, unit: 'ms', baseline, ratio: middle / poll });
    report({ what: 'asked for to refused, p99', value: quantile(told.asked, 0.99), unit: 'ms' });
    const p99 = quantile(told.acknowledged, 0.99);
    report({ what: 'acknowledged to refused, p50', value: median([...told.acknowledged]), unit: 'ms' });
    report({ what: 'acknowledged to refused, p99', value: p99, unit: 'ms', target: atMost(p99, 250, 'ms') });
    const worst = Math.max(...cut.acknowledged);
    report({
      what: 'with the feed cut, worst',
      value: worst,
      unit: 'ms',
      target: atMost(worst, 2_000, 'ms'),
    });
  } finally {
    await store.close();
    server.stop();
  }
}

const mode = process.env['BENCH_FOLLOW'];
if (mode === 'listen' || mode === 'poll' || mode === 'cut') await follow(mode);
else await measure();
