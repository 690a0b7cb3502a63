/**
 * A request with an `Idempotency-Key` whose server is killed at any moment on its way: sent again after the restart, it
 * has been done once, and is answered as if nothing had happened. `KEYWRIGHT_KILLS` says how many kills, `KEYWRIGHT_SEED`
 * which moments.
 */
import { effort } from '../support/effort.js';
import { seeded } from '../support/seeded.js';
import { ROOT, ServerProcess } from '../support/several-servers.js';
import { Workspace } from '../support/workspace.js';

const KILLS = effort({ complete: 8, otherwise: 4, variable: 'KEYWRIGHT_KILLS' });
const SEED = Number(process.env['KEYWRIGHT_SEED'] ?? 17);
const AT_ONCE = 4;
const ROUNDS_MAX = 4;

const world = new Workspace();
const server = new ServerProcess(world, '.keywright');
afterAll(async () => {
  await server.end();
  expect(world.leaks()).toEqual([]);
  world.dispose();
});

interface Sent {
  /** 0: no answer. */
  readonly status: number;
  readonly isReplay: boolean;
  readonly id?: string;
  readonly secret?: string | null;
}

async function send(name: string): Promise<Sent> {
  try {
    const response = await fetch(`${server.url}/v1/keys`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${ROOT}`,
        'content-type': 'application/json',
        'idempotency-key': `make-${name}`,
      },
      body: JSON.stringify({ name, environment: 'production', owner: { tenant: true } }),
    });
    const { data, secret } = (await response.json()) as { data?: { id: string }; secret?: string | null };
    const isReplay = response.headers.get('idempotent-replayed') === 'true';
    return { status: response.status, isReplay, ...(data && { id: data.id }), ...(secret && { secret }) };
  } catch {
    return { status: 0, isReplay: false };
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test(`after each of ${KILLS} kills (seed ${SEED}) what was asked for is there once, and is answered`, async () => {
  const chance = seeded(SEED);
  const seen = { answered: 0, doneUnanswered: 0, notDone: 0 };
  const unanswered = () => seen.doneUnanswered + seen.notDone;
  let kill = 0;
  // A kill after the last answer shows nothing: earlier ones follow.
  for (let late = 0; kill < KILLS || (unanswered() === 0 && kill < KILLS * ROUNDS_MAX); kill++) {
    const before = unanswered();
    await server.start();
    const named = (word: string) => Array.from({ length: AT_ONCE }, (_, nth) => `${word}-${kill}-${nth}`);
    // As long as as many take, and as long again.
    const startedMs = performance.now();
    await Promise.all(named('warm').map(send));
    const longestMs = 2 * (performance.now() - startedMs);
    const names = named('key');
    const sending = Promise.all(names.map(send));
    await pause(chance.below(longestMs / (1 + late)));
    await server.end('SIGKILL');
    const first = await sending;
    await server.start();
    for (const [nth, name] of names.entries()) {
      const earlier = first[nth];
      const again = await send(name);
      expect([name, again.status]).toEqual([name, 201]);
      const wasAnswered = earlier?.status === 201;
      if (wasAnswered) expect(again).toEqual({ status: 201, isReplay: true, id: earlier.id });
      // The secret was never shown: either now for the first time, or never.
      else expect(again.isReplay).toBe(again.secret === undefined);
      expect(await send(name)).toEqual({ status: 201, isReplay: true, id: again.id });
      const { data } = (await server.ask(`GET /v1/keys/${name}`, ROOT)).body;
      expect([data.id, data.versions.length]).toEqual([again.id, 1]);
      seen[wasAnswered ? 'answered' : again.isReplay ? 'doneUnanswered' : 'notDone']++;
    }
    await server.end();
    if (unanswered() === before) late += 1;
  }
  expect(unanswered()).toBeGreaterThan(0);
  process.stderr.write(`${kill} kills: ${JSON.stringify(seen)}\n`);
}, 600_000);
