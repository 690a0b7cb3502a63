/** A store on a PostgreSQL server keeps what it promises of events. */
import { Secret } from '../../src/domain/secret.js';
import { openPostgresServed } from '../../src/main/served-store.js';
import { quickHashing } from '../support/callers.js';
import { describeWithPostgres } from '../support/postgres.js';
import { postgresPlace } from '../support/postgres-place.js';
import { need } from '../support/store.js';
import { testWorld } from '../support/store-world.js';
import { eventsContract } from './events.contract.js';

describeWithPostgres('the contract, on a server', () => {
  const place = postgresPlace();
  eventsContract('PostgreSQL', async () => {
    const world = testWorld();
    const served = need(
      await openPostgresServed({
        ...world,
        hashing: quickHashing,
        address: new Secret(place.address()),
        folder: place.folder(),
        whenAbsent: 'create',
      }),
    );
    return { ...served, clock: world.clock };
  });
});
