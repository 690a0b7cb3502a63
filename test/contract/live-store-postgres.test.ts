/** A store on a PostgreSQL server keeps the contract. */
import { describeWithPostgres } from '../support/postgres.js';
import { postgresPlace } from '../support/postgres-database.js';
import { unwrap } from '../support/store.js';
import { testWorld } from '../support/store-world.js';
import { liveStoreContract } from './live-store.contract.js';

describeWithPostgres('the contract, on a server', () => {
  const place = postgresPlace();
  liveStoreContract('PostgreSQL', async () => {
    const world = testWorld();
    const store = unwrap(await place.open(world));
    return { store, clock: world.clock, settleMs: 11_000 };
  });
});
