/** A store on a PostgreSQL server as `keywright serve` opens it, for the contracts that say what it promises callers. */
import { Secret } from '../../src/domain/secret.js';
import { openServedStore } from '../../src/main/open-store.js';
import { quickHashing } from './callers.js';
import { postgresPlace } from './postgres-database.js';
import { unwrap } from './store.js';
import { testWorld } from './store-world.js';

/** Gives what opens one, in the database and folder of the test, by a clock of its own; `hasPost`: it writes messages. */
export function servedOnPostgres({ hasPost = false } = {}) {
  const place = postgresPlace();
  return async () => {
    const world = testWorld();
    const address = new Secret(place.address());
    const where = { address, folder: place.folder(), whenAbsent: 'create' } as const;
    const served = unwrap(await openServedStore({ ...world, hashing: quickHashing, hasPost, ...where }));
    return { ...served, clock: world.clock };
  };
}
