/**
 * Verifying in process, a million keys: the index against a plain `Map` from MAC to object with the same
 * parsing, hashing and decision. Each side has a process of its own, so that neither pays for the other's
 * garbage collection; rounds go by turns. Tokens are asked in an order unrelated to how they were loaded.
 * Rates are per second of CPU, which on an idle machine is a second, so that a busy one distorts less; the
 * rate of hashing alone tells how fast the machine is (engine.md: 700,000 verifies where it hashes 2,100,000).
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { VersionFacts } from '../src/domain/live.js';
import { parseToken, tokenMac } from '../src/domain/secret.js';
import { decide, type EffectiveKey } from '../src/domain/verification.js';
import type { Clock } from '../src/ports/clock.js';
import type { Credential } from '../src/ports/credential-feed.js';
import type { Verification } from '../src/ports/live-store.js';
import { createVerifier } from '../src/verifier/verifier.js';
import { generatedFeed, PEPPER } from './support/credentials.js';
import { alternate, atLeast, atMost, isQuick, median, quantile, report } from './support/figures.js';

const KEYS = isQuick ? 100_000 : 1_000_000;
const ASKED = isQuick ? 50_000 : 250_000;
const ROUNDS = isQuick ? 3 : 7;
const REQUEST = { environment: 'production' };
const BETTER_AUTH_PER_SECOND = 650;

type Ask = (token: string) => boolean;

interface Side {
  readonly ask: Ask;
  /** Bytes of the structures that grow with the keys, where they can be distinguished. */
  readonly bytes: { readonly index: number; readonly names: number } | undefined;
}

interface Round {
  readonly perSecond: number;
  readonly hashesPerSecond: number;
  readonly p99Us: number;
  readonly valid: number;
}

interface Loaded {
  readonly loadMs: number;
  readonly processBytes: number;
  readonly bytes: Side['bytes'];
  readonly collectMs: number;
}

const clock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: async () => undefined,
};

async function indexSide(onToken: (token: string, index: number) => void): Promise<Side> {
  const verifier = await createVerifier(generatedFeed(KEYS, onToken), clock, {
    staleAfterMs: Number.POSITIVE_INFINITY,
  });
  if (!verifier.ok) throw new Error(verifier.error.message);
  const { indexBytes, nameBytes } = verifier.value.size();
  return {
    ask: (token) => verifier.value.verify(token, REQUEST).valid,
    bytes: { index: indexBytes, names: nameBytes },
  };
}

/** Everything that deciding and answering need, made ready when loading: the fastest that a Map can be. */
interface Ready {
  readonly version: VersionFacts;
  readonly standing: EffectiveKey;
  readonly key: NonNullable<Verification['key']>;
}

async function mapSide(onToken: (token: string, index: number) => void): Promise<Side> {
  const known = new Map<string, Ready>();
  const feed = generatedFeed(KEYS, onToken);
  let after: string | undefined;
  do {
    const page = await feed.snapshot(after, 10_000);
    if (!page.ok) throw new Error(page.error.message);
    for (const credential of page.value.credentials) known.set(credential.mac, readyOf(credential));
    after = page.value.next;
  } while (after !== undefined);
  return { ask: (token) => askMap(known, token).valid, bytes: undefined };
}

function readyOf({ tokenId, generation, dates, effective: standing, ...key }: Credential): Ready {
  const unused = { fingerprint: '', issuedAt: 0, lastUsedAt: undefined, consumers: [], envelope: undefined };
  const { environment, permissions } = standing;
  const { keyId, name, type, owner } = key;
  return {
    version: { id: tokenId, generation, ...dates, ...unused },
    standing,
    key: {
      keyId,
      name,
      version: generation,
      type,
      environment,
      owner,
      permissions,
      expiresAt: dates.expiresAt,
    },
  };
}

function askMap(known: ReadonlyMap<string, Ready>, token: string): Verification {
  if (parseToken(token) === undefined) return { valid: false, code: 'MALFORMED' };
  const found = known.get(tokenMac(PEPPER, token));
  if (found === undefined) return { valid: false, code: 'NOT_FOUND' };
  const code = decide(found.version, found.standing, REQUEST, clock.now());
  return { valid: code === 'VALID', code, key: found.key };
}

function measure(ask: Ask, tokens: readonly string[]): Round {
  let valid = 0;
  const perSecond = ratePerCpuSecond(tokens, (token) => {
    if (ask(token)) valid += 1;
  });
  const hashesPerSecond = ratePerCpuSecond(tokens, (token) => tokenMac(PEPPER, token));
  const tookUs = new Float64Array(tokens.length);
  for (let at = 0; at < tokens.length; at++) {
    const beganMs = performance.now();
    ask(tokens[at] ?? '');
    tookUs[at] = (performance.now() - beganMs) * 1_000;
  }
  return { perSecond, hashesPerSecond, p99Us: quantile(tookUs, 0.99), valid };
}

/** How often a second, in seconds of this process's CPU, its collector's threads included. */
function ratePerCpuSecond(tokens: readonly string[], act: (token: string) => void): number {
  const before = process.cpuUsage();
  for (const token of tokens) act(token);
  const { user, system } = process.cpuUsage(before);
  return tokens.length / ((user + system) / 1_000_000);
}

/** One side, in a child process: loads, says so, and answers every message with a round. */
async function serveSide(make: typeof indexSide): Promise<void> {
  const tokens: string[] = [];
  const stride = Math.floor(KEYS / ASKED);
  const idleBytes = settledBytes();
  const startedMs = performance.now();
  const side = await make((token, index) => {
    if (index % stride === 0 && tokens.length < ASKED) tokens.push(token);
  });
  const loadMs = performance.now() - startedMs;
  // Far apart in the memory one after another: a stride coprime to the count visits each once.
  const asked = tokens.map((_, at) => tokens[(at * 7_919) % tokens.length] ?? '');
  const collectStartedMs = performance.now();
  const processBytes = settledBytes() - idleBytes - tokens.length * 104;
  const collectMs = performance.now() - collectStartedMs;
  measure(side.ask, asked);
  process.on('message', () => process.send?.(measure(side.ask, asked)));
  process.send?.({ loadMs, processBytes, bytes: side.bytes, collectMs } satisfies Loaded);
}

/** What the process holds after collecting garbage: heap and array buffers. */
function settledBytes(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function start(side: string): Promise<{ child: ChildProcess; loaded: Loaded }> {
  const child = fork(fileURLToPath(import.meta.url), [side], { execArgv: ['--expose-gc'] });
  const [loaded] = await once(child, 'message');
  return { child, loaded };
}

async function round({ child }: { readonly child: ChildProcess }): Promise<Round> {
  child.send('round');
  const [answer] = await once(child, 'message');
  return answer;
}

async function compare(): Promise<void> {
  const index = await start('index');
  const map = await start('map');
  const ours: Round[] = [];
  const theirs: Round[] = [];
  const speed = await alternate(
    ROUNDS,
    async () => (ours[ours.push(await round(index)) - 1] as Round).perSecond,
    async () => (theirs[theirs.push(await round(map)) - 1] as Round).perSecond,
  );
  index.child.kill();
  map.child.kill();
  if (ours[0]?.valid !== theirs[0]?.valid) throw new Error('the two sides do not agree');
  reportSpeed(speed, ours, theirs);
  reportMemory(index.loaded, map.loaded);
}

function reportSpeed(
  speed: Awaited<ReturnType<typeof alternate>>,
  ours: readonly Round[],
  theirs: readonly Round[],
): void {
  const p99 = (rounds: readonly Round[]) => middle(rounds, (one) => one.p99Us);
  const keys = `${KEYS.toLocaleString('en')} keys`;
  report({
    what: `verify in process, ${keys}`,
    value: speed.ours,
    unit: '/s',
    baseline: { what: 'Map of objects + decide', value: speed.baseline },
    ratio: speed.ratio,
    target: atLeast(speed.ours, 700_000, '/s'),
  });
  const hashesPerSecond = middle(ours, (one) => one.hashesPerSecond);
  const relative = middle(ours, (one) => one.perSecond / one.hashesPerSecond);
  report({
    what: 'the same on any machine',
    value: speed.ours,
    unit: '/s',
    baseline: { what: 'the keyed hash alone', value: hashesPerSecond },
    ratio: relative,
    target: atLeast(relative, 0.33, '× the hash'),
  });
  report({
    what: "better-auth's 650/s of engine.md (it also writes each use)",
    value: speed.ours / BETTER_AUTH_PER_SECOND,
    unit: '×',
    target: atLeast(speed.ours / BETTER_AUTH_PER_SECOND, 1_000, '×'),
  });
  report({
    what: 'p99 of one verify, the timer included',
    value: p99(ours),
    unit: 'µs',
    baseline: { what: 'Map of objects', value: p99(theirs) },
    ratio: p99(ours) / p99(theirs),
    target: atMost(p99(ours), 20, 'µs'),
  });
}

const middle = (rounds: readonly Round[], of: (round: Round) => number): number => median(rounds.map(of));

function reportMemory(index: Loaded, map: Loaded): void {
  const perKey = (bytes: number) => bytes / KEYS;
  const indexBytes = perKey(index.bytes?.index ?? Number.NaN);
  report({
    what: 'index: MACs, dates, numbers, slots; without names',
    value: indexBytes,
    unit: 'B/key',
    target: atMost(indexBytes, 64, 'B/key'),
  });
  report({
    what: 'names and ids for answers',
    value: perKey(index.bytes?.names ?? Number.NaN),
    unit: 'B/key',
  });
  const ratio = index.processBytes / map.processBytes;
  report({
    what: 'heap and buffers of the whole process',
    value: perKey(index.processBytes),
    unit: 'B/key',
    baseline: { what: 'Map of objects', value: perKey(map.processBytes) },
    ratio,
  });
  report({
    what: 'a full garbage collection',
    value: index.collectMs,
    unit: 'ms',
    baseline: { what: 'Map of objects', value: map.collectMs },
    ratio: index.collectMs / map.collectMs,
  });
}

const side = process.argv[2];
if (side === 'index') await serveSide(indexSide);
else if (side === 'map') await serveSide(mapSide);
else await compare();
