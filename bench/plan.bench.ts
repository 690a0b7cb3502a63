/**
 * Planning a fleet: a hundred documents a file, every key with a variable in a dotenv file of a hundred.
 * The store and the sinks are made by applying the fleet with the command. Then `keywright plan` as whole
 * processes: nothing changed, one document of one file changed (the document is another each time), and
 * cold, which is without what was remembered of the documents. Baselines, processes too: reading and
 * hashing the same files; and parsing them with `yaml`, with positions, and nothing else.
 *
 * BENCH_FLEET=FOLDER keeps the applied fleet there, or uses the one that is there. BENCH_KEYS=1000000 makes one of that
 * size, sown instead of applied.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LineCounter, parseAllDocuments } from 'yaml';
import { sha256 } from '../src/domain/canonical.js';
import { alternate, atLeast, atMost, isQuick, note, report } from './support/figures.js';
import {
  changeOneDocument,
  dotenvLayout,
  keysIn,
  scratchFolder,
  specFiles,
  writeFleet,
} from './support/fleet.js';
import { keywright, requireCli, runNode, runNodeForPeak } from './support/processes.js';

const APPLIED_KEYS = isQuick ? 5_000 : 100_000;
const KEYS = Number(process.env['BENCH_KEYS'] ?? APPLIED_KEYS);
const ROUNDS = isQuick || KEYS > APPLIED_KEYS ? 3 : 5;
const COLD_ROUNDS = isQuick ? 2 : 1;
const MEBIBYTE = 2 ** 20;
const CACHE = '.keywright/documents.cache';
const SELF = fileURLToPath(import.meta.url);

async function compare(): Promise<void> {
  requireCli();
  const cwd = process.env['BENCH_FLEET'] ?? scratchFolder();
  if (!existsSync(join(cwd, '.keywright'))) await makeFleet(cwd);
  const planned = async () => (await runNode({ args: keywright('plan', '--detailed-exitcode'), cwd })).wallMs;
  await compareCold(cwd);
  await planned();
  await compareUnchanged(cwd, planned);
  await compareOneChanged(cwd, planned);
  await reportPeak(cwd);
}

async function makeFleet(cwd: string): Promise<void> {
  if (KEYS <= APPLIED_KEYS) return applyFleet(cwd);
  note(`sowing ${KEYS.toLocaleString('en')} keys`);
  const { sowFleet } = await import('./support/sown-fleet.js');
  await sowFleet(cwd, KEYS);
}

async function applyFleet(cwd: string): Promise<void> {
  note(`applying ${KEYS.toLocaleString('en')} keys`);
  writeFleet(cwd, KEYS, dotenvLayout);
  const { wallMs } = await runNode({ args: keywright('apply', '--auto-approve', '--output', 'json'), cwd });
  const perSecond = KEYS / (wallMs / 1_000);
  report({
    what: `apply ${KEYS.toLocaleString('en')} new keys, dotenv files of 100, whole process`,
    value: perSecond,
    unit: 'keys/s',
    target: atLeast(perSecond, 1_000, 'keys/s'),
  });
}

async function compareUnchanged(cwd: string, planned: () => Promise<number>): Promise<void> {
  const hashed = async () => (await runNode({ args: [SELF, 'hash'], cwd })).wallMs;
  const took = await alternate(ROUNDS, planned, hashed);
  report({
    what: `plan of ${keysIn(cwd).toLocaleString('en')} keys, nothing changed`,
    value: took.ours,
    unit: 'ms',
    baseline: { what: 'reading and hashing the documents', value: took.baseline },
    ratio: took.ratio,
    target: atMost(took.ours, 1_500, 'ms'),
  });
}

/** By turns with plans of the fleet as it is, each after one that remembers it so. */
async function compareOneChanged(cwd: string, planned: () => Promise<number>): Promise<void> {
  let edition = Math.floor(performance.timeOrigin);
  const changed = async () => {
    changeOneDocument(cwd, edition++);
    return (await runNode({ args: keywright('plan', '--detailed-exitcode'), cwd, expected: [2] })).wallMs;
  };
  const unchanged = async () => {
    changeOneDocument(cwd, 0);
    await planned();
    return planned();
  };
  const took = await alternate(ROUNDS, changed, unchanged);
  changeOneDocument(cwd, 0);
  report({
    what: 'plan, one document changed',
    value: took.ours,
    unit: 'ms',
    baseline: { what: 'nothing changed', value: took.baseline },
    ratio: took.ratio,
    target: atMost(took.ratio, 1.2, '× nothing changed'),
  });
}

async function compareCold(cwd: string): Promise<void> {
  const cold = async () => {
    rmSync(join(cwd, CACHE), { force: true });
    return (await runNode({ args: keywright('plan', '--detailed-exitcode'), cwd })).wallMs;
  };
  const parsed = async () => (await runNode({ args: [SELF, 'parse'], cwd })).wallMs;
  const took = await alternate(COLD_ROUNDS, cold, parsed);
  report({
    what: 'plan, cold',
    value: took.ours,
    unit: 'ms',
    baseline: { what: 'parsing alone', value: took.baseline },
    ratio: took.ratio,
    target: atMost(took.ratio, 1.2, '× parsing alone'),
  });
}

async function reportPeak(cwd: string): Promise<void> {
  const { peakBytes = Number.NaN } = await runNodeForPeak({ args: keywright('plan'), cwd });
  report({
    what: 'plan, nothing changed: peak memory',
    value: peakBytes / MEBIBYTE,
    unit: 'MiB',
    target: atMost(peakBytes / MEBIBYTE, 400, 'MiB'),
  });
}

/** Children: what planning could not do without. */
function hashAll(): void {
  for (const path of specFiles(process.cwd())) sha256(readFileSync(path));
}

function parseAll(): void {
  for (const path of specFiles(process.cwd())) {
    const lineCounter = new LineCounter();
    parseAllDocuments(readFileSync(path, 'utf8'), { lineCounter, uniqueKeys: false });
  }
}

const part = process.argv[2];
if (part === 'hash') hashAll();
else if (part === 'parse') parseAll();
else await compare();
