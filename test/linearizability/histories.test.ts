/**
 * Concurrent histories of one key each: issued, verified, rotated and revoked by way of two servers over one PostgreSQL,
 * while one of them is killed, the database's connections are cut, or a server is frozen. The store answers as one
 * register; each server's memory as that register, at most two seconds late about what others did, and not at all about
 * what was done through it. `HISTORIES=100000` for more of them.
 */
import { effort } from '../support/effort.js';
import { describeWithPostgres, postgresCluster } from '../support/postgres.js';
import { gatewayOf, handOnServer, ROOT, ServerProcess } from '../support/several-servers.js';
import { apiKey, OURS, type TestStore, tokenIn } from '../support/store.js';
import { Workspace } from '../support/workspace.js';
import { asSeenAt, isLinearizable, type Operation } from './checker.js';
import { foundBy, foundInStore, Recording, STORE } from './recording.js';

const HISTORIES = effort({ complete: 60, otherwise: 18, variable: 'HISTORIES' });
const AT_ONCE = 6;
const BOUND_MS = 2_000;
/** A thousand took a quarter of an hour on a machine that was busy. */
const PATIENCE_MS = Math.max(600_000, 2_000 * HISTORIES);

async function until(isDone: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 100; turn++) {
    if (await isDone()) return;
    await pause(50);
  }
  throw new Error('the store stays away');
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describeWithPostgres('two servers over one PostgreSQL', () => {
  const cluster = postgresCluster();
  let world: Workspace;
  let address = '';
  let a: ServerProcess;
  let b: ServerProcess;
  let hand: TestStore;
  /** A caller that asks with it is answered from memory. */
  let gateway = '';

  beforeEach(async () => {
    world = new Workspace();
    address = await cluster.database();
    [a, b] = [new ServerProcess(world, address), new ServerProcess(world, address)];
    await a.start();
    await b.start();
    hand = await handOnServer(world, address);
    gateway = await gatewayOf(hand);
  });
  afterEach(async () => {
    await hand.store.close();
    await Promise.all([a.end(), b.end()]);
    expect(world.leaks()).toEqual([]);
    world.dispose();
  });

  /** What the reconciler does; its lease is for a minute, and there is one writer of histories at a time. */
  async function rollOut(name: string, generation: number, recording: Recording): Promise<void> {
    await recording.change('reconciler', { kind: 'issue', generation }, async () => {
      const issued = await hand.issue(name, generation);
      if (!issued.ok) return 'unknown';
      recording.tokens.push(tokenIn(issued.value.issued?.sealed));
      return 'done';
    });
    await hand.promote(name, generation).catch(() => undefined);
  }

  const revoke = (name: string, through: ServerProcess, label: string, recording: Recording) =>
    recording.change(label, { kind: 'revoke' }, async () => {
      const { status } = await through.ask(`POST /v1/keys/${name}/revoke`, ROOT);
      return status === 200 ? 'done' : 'unknown';
    });

  async function lookUntil(over: { isSo: boolean }, recording: Recording, nth: number): Promise<void> {
    const [server, label] = nth % 2 === 0 ? [a, 'a'] : [b, 'b'];
    for (let turn = nth; !over.isSo; turn++) {
      const generation = 1 + (turn % Math.max(1, recording.tokens.length));
      const token = recording.tokens[generation - 1];
      if (token !== undefined) {
        await recording.look(label, generation, () => foundBy(server, token, gateway));
        if (turn % 3 === 0) await recording.look(STORE, generation, () => foundInStore(server, token));
      }
      await pause(7 + ((turn * 13) % 40));
    }
  }

  /** One key's life, with four who look at it all the time. */
  async function history(nth: number): Promise<readonly Operation[]> {
    const name = `key-${nth}`;
    const recording = new Recording();
    const declaration = apiKey(name);
    await until(async () => (await hand.mutate({ kind: 'create', declaration, ownership: OURS })).ok);
    const over = { isSo: false };
    const looking = [0, 1, 2, 3].map((one) => lookUntil(over, recording, one));
    await rollOut(name, 1, recording);
    await pause((nth * 37) % 120);
    await Promise.all([
      rollOut(name, 2, recording),
      ...(nth % 3 === 0 ? [pause((nth * 11) % 30).then(() => revoke(name, b, 'b', recording))] : []),
    ]);
    await pause((nth * 17) % 90);
    await Promise.all([
      revoke(name, a, 'a', recording),
      ...(nth % 2 === 0 ? [revoke(name, b, 'b', recording)] : []),
    ]);
    await pause(150);
    over.isSo = true;
    await Promise.all(looking);
    return recording.operations;
  }

  /** Histories until there are enough, `AT_ONCE` at a time. */
  async function histories(count: number): Promise<readonly (readonly Operation[])[]> {
    const all: (readonly Operation[])[] = [];
    for (let from = 0; from < count; from += AT_ONCE) {
      await until(async () => (await hand.store.renewLease(hand.lease)).ok);
      const some = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, index) =>
        history(from + index),
      );
      all.push(...(await Promise.all(some)));
    }
    return all;
  }

  const wrong = (all: readonly (readonly Operation[])[]) => ({
    inTheStore: all.filter((one) => !isLinearizable(asSeenAt(STORE, one, 0))),
    atA: all.filter((one) => !isLinearizable(asSeenAt('a', one, BOUND_MS))),
    atB: all.filter((one) => !isLinearizable(asSeenAt('b', one, BOUND_MS))),
  });

  const NONE = { inTheStore: [], atA: [], atB: [] };

  it(
    `give ${HISTORIES} histories that are linearizable at the server, and within the bound elsewhere`,
    async () => {
      const all = await histories(HISTORIES);
      expect(wrong(all)).toEqual(NONE);
      const looks = all.flat().filter(({ deed }) => deed.kind === 'verify');
      expect(looks.length).toBeGreaterThan(10 * HISTORIES);
      // A server that forgets one revocation is found out.
      const forgetful = all.map((one) =>
        one.map((seen) =>
          seen.at === 'a' && seen.deed.kind === 'verify' && seen.deed.found === 'ended'
            ? { ...seen, deed: { ...seen.deed, found: 'good' } as const }
            : seen,
        ),
      );
      expect(wrong(forgetful).atA.length).toBeGreaterThan(HISTORIES / 2);
    },
    PATIENCE_MS,
  );

  it(
    'give no other histories while a server is killed, frozen, and every connection to the database cut',
    async () => {
      const over = { isSo: false };
      const trouble = async (): Promise<void> => {
        for (let turn = 0; !over.isSo; turn++) {
          await pause(400);
          if (turn % 3 === 0 && !over.isSo) cluster.cut(address);
          if (turn % 3 === 1) await b.end();
          if (turn % 3 === 1) await b.start();
          if (turn % 3 === 2) a.freeze();
          await pause(turn % 6 === 2 ? 2_500 : 300);
          a.thaw();
        }
      };
      const troubled = trouble();
      const all = await histories(Math.ceil(HISTORIES / 5));
      over.isSo = true;
      await troubled;
      expect(wrong(all)).toEqual(NONE);
      expect(all.flat().filter(({ deed }) => deed.kind === 'verify').length).toBeGreaterThan(HISTORIES);
    },
    PATIENCE_MS,
  );
});
