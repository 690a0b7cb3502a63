/**
 * No consumer is refused while their key is rotated again and again and servers are killed: consumers ask one of two servers,
 * and the other when that one is not there, as behind a balancer. `ROTATIONS=1000` for more of them.
 */
import { describeWithPostgres, postgresCluster } from '../support/postgres.js';
import { gatewayOf, handOnServer, ROOT, ServerProcess } from '../support/several-servers.js';
import { Workspace } from '../support/workspace.js';

const ROTATIONS = Number(process.env['ROTATIONS'] ?? 3);
const CONSUMERS = 8;
/** By when every server knows of a change. */
const KNOWN_EVERYWHERE_MS = 2_000;
/** Long enough to take the next version into use on a machine that is busy. */
const GRACE_S = 20;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describeWithPostgres('a key that is rotated under load', () => {
  const cluster = postgresCluster();

  it(`is accepted from all who use it, over ${ROTATIONS} rotations with kills; and each ended version from none`, async () => {
    const world = new Workspace();
    const address = await cluster.database();
    const servers = [new ServerProcess(world, address), new ServerProcess(world, address)] as const;
    for (const server of servers) await server.start();
    const hand = await handOnServer(world, address);
    const gateway = await gatewayOf(hand);
    await hand.store.close();
    const [one, other] = servers;

    const made = await one.ask('POST /v1/keys', ROOT, {
      name: 'app',
      environment: 'production',
      owner: { tenant: true },
    });
    const inUse = { token: String(made.body.secret), isOver: false };
    const ended: string[] = [];
    const counts = { asked: 0, refused: [] as string[] };
    await pause(KNOWN_EVERYWHERE_MS);

    /** As a balancer does: the next server when one does not know or is not there. */
    const codeOf = async (token: string, first: number): Promise<string> => {
      for (let turn = first; turn < first + 200; turn++) {
        const code = await (turn % 2 === 0 ? one : other).code(token, gateway);
        if (code !== 'UNAVAILABLE') return code;
        await pause(25);
      }
      return 'UNAVAILABLE';
    };
    /** The next version, as soon as one more is allowed. */
    const rotated = async (): Promise<string> => {
      for (;;) {
        const { status, body } = await one.ask('POST /v1/keys/app/rotate', ROOT, { graceSeconds: GRACE_S });
        if (status === 200) return String(body.secret);
        if (status !== 409) throw new Error(`${status} ${JSON.stringify(body)}`);
        await pause(1_000);
      }
    };
    const consumers = Array.from({ length: CONSUMERS }, async (_, nth) => {
      for (let turn = nth; !inUse.isOver; turn++) {
        const code = await codeOf(inUse.token, turn);
        counts.asked++;
        if (code !== 'VALID') counts.refused.push(code);
      }
    });

    for (let rotation = 0; rotation < ROTATIONS; rotation++) {
      const next = await rotated();
      ended.push(inUse.token);
      await pause(KNOWN_EVERYWHERE_MS);
      inUse.token = next;
      const killed = rotation % 2 === 0 ? other : one;
      await killed.end();
      await killed.start();
    }
    inUse.isOver = true;
    await Promise.all(consumers);
    expect(counts).toEqual({ asked: expect.any(Number), refused: [] });
    expect(counts.asked).toBeGreaterThan(20 * ROTATIONS);
    for (const token of ended)
      for (const nth of [0, 1]) while ((await codeOf(token, nth)) !== 'REVOKED') await pause(200);
    await Promise.all(servers.map((server) => server.end('SIGTERM')));
    expect(world.leaks()).toEqual([]);
    world.dispose();
  }, 600_000);
});
