/** Guards of projects in a store on a PostgreSQL server are held. */
import { describeWithPostgres } from '../support/postgres.js';
import { postgresPlace } from '../support/postgres-database.js';
import { unwrap } from '../support/store.js';
import { guardContract } from './guard.contract.js';

describeWithPostgres('guards of projects, on a server', () => {
  const place = postgresPlace();
  guardContract(async () => unwrap(await place.open()));
});
