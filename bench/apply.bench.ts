/**
 * Issuing and delivering: a fresh project applied by the command, as a whole process. Sinks are raw files,
 * one a key, a hundred in a folder. The baseline is what durability alone costs: for each key one file
 * written, fsynced, renamed and its folder fsynced, sixteen at a time, and one row inserted by a
 * transaction of its own, fsynced as well. The command does both and creates, issues, seals, confirms,
 * promotes and audits besides.
 */
import { mkdirSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import Database from 'libsql';
import { atLeast, atMost, isQuick, median, note, report } from './support/figures.js';
import { rawFileLayout, scratchFolder, writeFleet } from './support/fleet.js';
import { keywright, requireCli, runNode } from './support/processes.js';

const SMALL = 1_000;
const LARGE = isQuick ? 3_000 : 10_000;
const ROUNDS = isQuick ? 1 : 3;
const CONCURRENCY = 16;
/** As long as a token, 67 characters. */
const CONTENT = 'sk_live_'.padEnd(67, '0');

requireCli();

async function applyFleet(keys: number): Promise<number> {
  const folder = scratchFolder();
  writeFleet(folder, keys, rawFileLayout);
  const { wallMs, stdout } = await runNode({
    args: keywright('apply', '--auto-approve', '--output', 'json'),
    cwd: folder,
  });
  const { results } = JSON.parse(stdout.slice(stdout.indexOf('{')));
  if (results.length < 4 * keys) throw new Error(`only ${results.length} steps for ${keys} keys`);
  return wallMs;
}

/** Files and rows of the same number and durability, and nothing else. */
async function durabilityAlone(keys: number): Promise<number> {
  const folder = scratchFolder();
  const database = new Database(join(folder, 'rows.db'));
  database.exec(
    'pragma journal_mode=WAL; pragma synchronous=FULL; create table rows (id integer, content text)',
  );
  const insert = database.prepare('insert into rows values (?, ?)');
  const startedMs = performance.now();
  let next = 0;
  const work = async () => {
    for (let key = next++; key < keys; key = next++) {
      insert.run([key, CONTENT]);
      await writeDurably(join(folder, String(Math.floor(key / 100)), String(key)));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  const tookMs = performance.now() - startedMs;
  database.close();
  return tookMs;
}

async function writeDurably(path: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const file = await open(`${path}.tmp`, 'wx', 0o600);
  await file.writeFile(CONTENT);
  await file.sync();
  await file.close();
  await rename(`${path}.tmp`, path);
  const folder = await open(dirname(path), 'r');
  await folder.sync();
  await folder.close();
}

const small: number[] = [];
const large: number[] = [];
const floor: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  note(`round ${round + 1} of ${ROUNDS}`);
  small.push(await applyFleet(SMALL));
  floor.push(await durabilityAlone(LARGE));
  large.push(await applyFleet(LARGE));
}
const perSecond = LARGE / (median(large) / 1_000);
const floorPerSecond = LARGE / (median(floor) / 1_000);
report({
  what: `apply ${LARGE.toLocaleString('en')} new keys, one raw file each, whole process`,
  value: perSecond,
  unit: 'keys/s',
  baseline: { what: 'fsynced file + row alone', value: floorPerSecond },
  ratio: median(large.map((ms, round) => (floor[round] ?? Number.NaN) / ms)),
  target: atLeast(perSecond, 1_000, 'keys/s'),
});
const growth = median(large.map((ms, round) => ms / LARGE / ((small[round] ?? Number.NaN) / SMALL)));
report({
  what: `cost of a key: ${LARGE.toLocaleString('en')} keys`,
  value: median(large) / LARGE,
  unit: 'ms',
  baseline: { what: `${SMALL.toLocaleString('en')} keys`, value: median(small) / SMALL },
  ratio: growth,
  target: { ...atMost(growth, 1.2, '×'), text: 'linear, ≤ 1.2 ×' },
});
