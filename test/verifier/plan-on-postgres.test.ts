/** U1: a verifier in a user's process, over a store on PostgreSQL, knows the plan of the account as soon as the feed does. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/adapters/system.js';
import { Secret } from '../../src/domain/secret.js';
import { openServedStore } from '../../src/main/open-store.js';
import { createVerifier } from '../../src/main/verifier.js';
import { quickHashing, ServedTestStore } from '../support/callers.js';
import { describeWithPostgres } from '../support/postgres.js';
import { postgresPlace } from '../support/postgres-database.js';
import { eventually } from '../support/signals.js';
import { apiKey, unwrap } from '../support/store.js';
import { testWorld } from '../support/store-world.js';

describeWithPostgres('a verifier over PostgreSQL', () => {
  const place = postgresPlace();

  it('U1: refuses a good key while the plan leaves the API out, and is among the instances', async () => {
    const world = testWorld();
    world.clock.set(systemClock.now());
    const address = place.address();
    const served = unwrap(
      await openServedStore({
        ...world,
        hashing: quickHashing,
        address: new Secret(address),
        folder: place.folder(),
        whenAbsent: 'create',
      }),
    );
    const desk = await ServedTestStore.open({ ...served, clock: world.clock });
    await desk.create(apiKey('app'));
    const token = (await desk.rollOut('app', 1)).reveal();
    const masterKey = readFileSync(join(place.folder(), 'master.key'), 'utf8').trim();
    const verifier = await createVerifier({ store: address, masterKey });
    try {
      for (const [plan, code] of [
        ['basic', 'PLAN_REQUIRED'],
        ['standard', 'VALID'],
      ] as const) {
        unwrap(await served.accounts.change({ plan }, await desk.root()));
        await eventually(`the plan is ${plan}`, async () => (await verifier.verify(token)).code === code);
      }
      const listed = async () =>
        unwrap(await served.accounts.instances()).find(({ kind }) => kind === 'verifier');
      await eventually('it is listed', async () => (await listed()) !== undefined);
      expect((await listed())?.behind).toEqual(expect.any(Number));
    } finally {
      await verifier.close();
      await served.store.close();
    }
  });
});
