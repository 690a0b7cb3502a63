/** Several real servers over one PostgreSQL: what is revoked stays refused, whatever is taken away from them. */
import { describeWithPostgres, postgresCluster } from '../support/postgres.js';
import { gatewayOf, handOnServer, ROOT, ServerProcess } from '../support/several-servers.js';
import { apiKey, type TestStore } from '../support/store.js';
import { Workspace } from '../support/workspace.js';

const BOUND_MS = 2_000;
/** Of the request that asks, on a busy machine. */
const ANSWER_MS = 1_000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describeWithPostgres('two servers of one store', () => {
  const cluster = postgresCluster();
  let world: Workspace;
  let address = '';
  let one: ServerProcess;
  let other: ServerProcess;
  let hand: TestStore;
  let gateway = '';

  beforeEach(async () => {
    world = new Workspace();
    address = await cluster.database();
    [one, other] = [new ServerProcess(world, address), new ServerProcess(world, address)];
    await one.start();
    await other.start();
    hand = await handOnServer(world, address);
    gateway = await gatewayOf(hand);
  });
  afterEach(async () => {
    await hand.store.close();
    await Promise.all([one.end(), other.end()]);
    expect(world.leaks()).toEqual([]);
    world.dispose();
  });

  /** A key that both servers know. */
  async function key(name: string): Promise<string> {
    await hand.create(apiKey(name));
    const token = (await hand.rollOut(name, 1)).reveal();
    for (const server of [one, other]) await turns(server, token, 'VALID');
    return token;
  }

  const revoked = async (name: string, through: ServerProcess): Promise<void> => {
    expect(await through.ask(`POST /v1/keys/${name}/revoke`, ROOT)).toMatchObject({ status: 200 });
  };

  /** Milliseconds until the server says so. */
  async function turns(server: ServerProcess, token: string, code: string): Promise<number> {
    const startedMs = performance.now();
    let last = '';
    while (performance.now() - startedMs < 20_000) {
      last = await server.code(token, gateway);
      if (last === code) return performance.now() - startedMs;
      await pause(5);
    }
    throw new Error(`it is still ${last} and not ${code}`);
  }

  it('have a revocation in force in the server that made it at once, and in the other within the bound', async () => {
    for (const nth of [1, 2, 3]) {
      const token = await key(`app-${nth}`);
      await revoked(`app-${nth}`, one);
      expect(await one.code(token, gateway)).toBe('REVOKED');
      expect(await turns(other, token, 'REVOKED')).toBeLessThan(BOUND_MS + ANSWER_MS);
    }
  });

  it('have it in force within the bound when the feed is cut all the while', async () => {
    const token = await key('app');
    const cutting = { isOver: false };
    const cut = (async () => {
      const ears =
        "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and query ~* 'listen|max.seq'";
      while (!cutting.isOver) {
        await cluster.sql(address, ears);
        await pause(20);
      }
    })();
    await pause(300);
    await revoked('app', one);
    const lateMs = await turns(other, token, 'REVOKED');
    cutting.isOver = true;
    await cut;
    expect(lateMs).toBeLessThan(BOUND_MS + ANSWER_MS);
  });

  it('refuse once they lost the database for longer than the bound, and recover by themselves', async () => {
    const token = await key('app');
    const gone = await key('gone');
    await revoked('gone', other);
    await turns(one, gone, 'REVOKED');
    await cluster.kill();
    const lostMs = performance.now();
    const codes = new Set<string>();
    while (performance.now() - lostMs < BOUND_MS + ANSWER_MS) {
      codes.add(await one.code(gone, gateway));
      await pause(20);
    }
    expect([await one.code(token, gateway), await other.code(token, gateway)]).toEqual([
      'UNAVAILABLE',
      'UNAVAILABLE',
    ]);
    expect([...codes].filter((code) => code !== 'UNAVAILABLE')).toEqual(['REVOKED']);
    expect((await one.ask('GET /readyz', ROOT)).status).toBe(503);
    expect((await one.ask('GET /healthz', ROOT)).status).toBe(200);
    await cluster.start();
    for (const server of [one, other]) {
      await turns(server, token, 'VALID');
      expect(await server.code(gone, gateway)).toBe('REVOKED');
    }
  });

  it('never let a revoked key in when one is killed, frozen past the bound, or loses its connections', async () => {
    const token = await key('app');
    await revoked('app', one);
    await turns(other, token, 'REVOKED');
    const codes = new Set<string>();
    const look = async (server: ServerProcess) => void codes.add(await server.code(token, gateway));
    await one.end();
    await look(other);
    await one.start();
    await look(one);
    other.freeze();
    await pause(BOUND_MS + 200);
    other.thaw();
    await look(other);
    cluster.cut(address);
    for (let nth = 0; nth < 20; nth++) {
      await Promise.all([look(one), look(other)]);
      await pause(50);
    }
    expect([...codes].filter((code) => code !== 'UNAVAILABLE')).toEqual(['REVOKED']);
  });

  it('that was frozen while a key was revoked does not let it in when it wakes up', async () => {
    const token = await key('app');
    other.freeze();
    await revoked('app', one);
    await pause(BOUND_MS + 200);
    other.thaw();
    expect(['REVOKED', 'UNAVAILABLE']).toContain(await other.code(token, gateway));
  });
});
