/**
 * SIGKILL at random moments, again and again, while the real command applies, and people change their minds
 * meanwhile. KEYWRIGHT_KILLS says how many kills (200 for a full run), KEYWRIGHT_SEED which story.
 */

import type { ChildProcess } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Secret } from '../../src/domain/secret.js';
import type { LiveStore } from '../../src/ports/live-store.js';
import { unwrap } from '../support/apply-world.js';
import { effort } from '../support/effort.js';
import { type Fleet, fleetOf } from '../support/fleet.js';
import { letLeaseRunOut, openStoreOf } from '../support/live-store-of.js';
import { type Seeded, seeded } from '../support/seeded.js';
import { projectYaml, Workspace } from '../support/workspace.js';

const KILLS = effort({ complete: 10, otherwise: 5, variable: 'KEYWRIGHT_KILLS' });
const SEED = Number(process.env['KEYWRIGHT_SEED'] ?? 1);
const KEYS = 300;
/** Most runs are killed so soon after they began to write; what one round changes is written in about that time. */
const WRITING_MS = 250;
/** The others so soon after their start, wherever that finds them. */
const STARTING_MS = 1_000;

interface Listed {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly status: {
    readonly origin: string;
    readonly versions: readonly {
      readonly generation: number;
      readonly prefix: string;
      readonly state: string;
      readonly unclaimed: boolean;
    }[];
  };
}

let world: Workspace;
const decided = new Set<string>();
beforeAll(() => {
  world = new Workspace();
});
afterAll(() => world.dispose());

test(`after ${KILLS} kills (seed ${SEED}) one apply makes everything right`, async () => {
  const fleet = fleetOf(KEYS);
  const chance = seeded(SEED);
  world.write('keywright.yaml', projectYaml());
  fleet.declare(world);

  const seen = new Set<string>();
  let kills = 0;
  let rounds = 0;
  // A story in which nothing was delivered before the end shows nothing: on a slow machine it continues.
  for (; kills < KILLS || seen.size === 0; rounds++) {
    if (rounds > KILLS * 4)
      throw new Error(
        `only ${kills} of ${rounds} runs lived long enough to be killed, with ${seen.size} tokens seen`,
      );
    // Nothing seen yet: the machine is slow, and runs are to live longer.
    const patience = seen.size === 0 ? 1 + rounds / 3 : 1;
    kills += await killOnce(chance, fleet, patience);
    for (const token of world.delivered()) seen.add(token);
    letLeaseRunOut(world);
    change(chance, fleet);
  }

  expect(await converge()).toBeLessThan(8);
  const store = await openStoreOf(world);
  try {
    await expectEveryDeliveredKeyVerifies(store, fleet);
    await expectNothingElseVerifies(store, seen);
  } finally {
    await store.close();
  }
  await expectVersionsAccountedFor(fleet);
  expect((await world.run('audit verify')).code).toBe(0);
  await expectOneIssuePerVersion();
  expectNoStrayFiles(fleet);
  expect(world.leaks()).toEqual([]);
  process.stdout.write(
    `${kills} kills in ${rounds} runs, ${seen.size} tokens seen in sinks, ${decided.size} keys decided by hand\n`,
  );
}, 900_000);

/** Starts one run, or two at once, and kills all; gives how many were still alive then. */
async function killOnce(chance: Seeded, fleet: Fleet, patience: number): Promise<number> {
  const isRotation = world.exists('.keywright/store.db') && chance.happens(0.1);
  const first = isRotation
    ? `rotate ${chance.pick(fleet.names)} --auto-approve`
    : 'apply --auto-approve --allow-removals 99';
  const commands = chance.happens(0.2) ? [first, 'apply --auto-approve'] : [first];
  const running = commands.map((command) => world.start(command));
  const gone = running.map(endOf);
  const whileWriting = chance.happens(0.8);
  const afterMs = chance.fraction() * (whileWriting ? WRITING_MS : STARTING_MS) * patience;
  if (whileWriting) await untilWriting(running);
  await Promise.race([sleep(afterMs), Promise.all(gone)]);
  // A process that waits for the lease dies with the one who holds it.
  const killed = running.filter((child) => child.exitCode === null && child.kill('SIGKILL'));
  await Promise.all(gone);
  return killed.length;
}

/** Until the database's log has grown a few times, by more than taking the lease takes, or all is over. */
async function untilWriting(running: readonly ChildProcess[]): Promise<void> {
  let last = writtenAt();
  for (let writes = 0; writes < 3 && running.some(({ exitCode }) => exitCode === null); ) {
    await sleep(2);
    if (writtenAt() !== last) writes += 1;
    last = writtenAt();
  }
}

const writtenAt = (): number =>
  statSync(`${world.folder}/.keywright/store.db-wal`, { throwIfNoEntry: false })?.mtimeMs ?? 0;

const endOf = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => child.once('close', () => resolve()));

/** What happens between two runs: declarations come, go and change, and files get lost. */
function change(chance: Seeded, fleet: Fleet): void {
  for (let count = chance.below(3); count > 0; count--) {
    const key = fleet.key(chance.pick(fleet.names));
    key.isDeclared = !key.isDeclared;
  }
  for (let count = chance.below(30); count > 0; count--)
    fleet.key(chance.pick(fleet.names)).permission = chance.pick([
      'spaces:read',
      'guests:read',
      'events:read',
    ]);
  for (let count = chance.below(60); count > 0; count--) {
    const key = fleet.key(chance.pick(fleet.names));
    key.expiresAfterHours = Math.max(100, key.expiresAfterHours - 24);
  }
  if (chance.happens(0.3)) {
    const [path] = fleet.place(chance.pick(fleet.names)) ?? [];
    if (path !== undefined) world.remove(path);
  }
  fleet.declare(world);
}

interface PlanJson {
  readonly steps: readonly { readonly id: string; readonly reason: string }[];
  readonly waiting: readonly WaitingJson[];
}

interface WaitingJson {
  readonly object: { readonly name: string };
  readonly reason: string;
  readonly until?: string;
}

/** Applies until nothing is left but keys that wait to be claimed; gives how many applies that took. */
async function converge(): Promise<number> {
  let left: PlanJson = { steps: [], waiting: [] };
  for (let applies = 0; applies < 8; applies++) {
    left = await world.json<PlanJson>('plan');
    const going = left.waiting.filter(({ reason }) => reason !== 'Unclaimed');
    if (left.steps.length + going.length === 0) return applies;
    if (left.steps.length === 0) await waitOrDecide(going);
    const applied = await world.run('apply --auto-approve --allow-removals 99');
    if (applied.code !== 0)
      throw new Error(`exit ${applied.code}: ${applied.stdout.match(/^.*!.*$/gm)}${applied.stderr}`);
  }
  throw new Error(`does not converge: ${JSON.stringify(left).slice(0, 1_000)}`);
}

/** Time does most of it. A key that got four versions and then lost its file needs a person to decide. */
async function waitOrDecide(going: readonly WaitingJson[]): Promise<void> {
  const stuck = going.filter(({ reason }) => reason === 'TooManyVersions');
  for (const { object } of stuck) {
    const revoked = await world.run(`revoke ${object.name} --now --auto-approve`);
    expect(revoked.code).toBe(0);
    decided.add(object.name);
  }
  const untils = going.filter((one) => !stuck.includes(one)).map(({ until }) => Date.parse(until ?? ''));
  // Until the last of them: each apply ends all that has become due by then.
  if (untils.length > 0) await sleep(Math.max(...untils) - Date.now() + 50);
}

async function expectEveryDeliveredKeyVerifies(store: LiveStore, fleet: Fleet): Promise<void> {
  for (const name of fleet.names) {
    const { isDeclared, permission } = fleet.key(name);
    if (!isDeclared || fleet.place(name) === undefined) continue;
    const token = fleet.delivered(world, name) ?? '';
    const answer = unwrap(await store.verify(new Secret(token), { environment: 'development', permission }));
    expect([name, answer.code, answer.key?.name]).toEqual([name, 'VALID', name]);
  }
}

/** What was replaced or taken away is refused, though a consumer may still hold it. */
async function expectNothingElseVerifies(store: LiveStore, seen: ReadonlySet<string>): Promise<void> {
  const current = new Set(world.delivered());
  for (const token of seen) {
    if (current.has(token)) continue;
    expect(unwrap(await store.verify(new Secret(token), {})).code).toMatch(/REVOKED|NOT_FOUND/);
  }
}

/** Each accepted version is in a sink or waits to be claimed, and there is one, unless the newest waits. */
async function expectVersionsAccountedFor(fleet: Fleet): Promise<void> {
  const { items } = await world.json<{ items: readonly Listed[] }>('get ApiKey');
  const inSinks = new Set(world.delivered().map((token) => token.slice(0, 20)));
  const declared = fleet.names.filter((name) => fleet.key(name).isDeclared);
  const ours = items.filter(({ status }) => status.origin !== 'system');
  expect(ours.map(({ metadata }) => metadata.name)).toEqual(declared);
  for (const { metadata, status } of ours) {
    const accepted = status.versions.filter(({ state }) => ['issued', 'current', 'retiring'].includes(state));
    const accounted = accepted.map(({ prefix, unclaimed }) => inSinks.has(prefix) || unclaimed);
    // While the newest is unclaimed, an older one is all that a consumer may have.
    const isOne = accounted.length === 1 || accepted.at(-1)?.unclaimed === true;
    expect([metadata.name, isOne, accounted.every(Boolean)]).toEqual([metadata.name, true, true]);
  }
}

async function expectOneIssuePerVersion(): Promise<void> {
  const { stdout } = await world.run('audit export');
  const issued = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ action }) => action === 'key.issued')
    .map(({ detail }) => detail.tokenId);
  expect(issued.length).toBeGreaterThan(KEYS / 2);
  expect(new Set(issued).size).toBe(issued.length);
}

function expectNoStrayFiles(fleet: Fleet): void {
  const store = readdirSync(`${world.folder}/.keywright`);
  const known =
    /^(store\.db(-wal|-shm)?|master\.key|reconciler\.key|documents\.cache|sinks\.lock|delivered)$/;
  expect(store.filter((file) => !known.test(file))).toEqual([]);
  const places = new Set(fleet.names.map((name) => fleet.place(name)?.[0]));
  expect(world.sinkFiles().filter((file) => !places.has(file))).toEqual([]);
}
