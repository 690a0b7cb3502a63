/** Lists of a store on a PostgreSQL server keep the contract. */
import { describeWithPostgres } from '../support/postgres.js';
import { postgresPlace } from '../support/postgres-database.js';
import { unwrap } from '../support/store.js';
import { listsContract } from './lists.contract.js';

describeWithPostgres('lists, on a server', () => {
  const place = postgresPlace();
  listsContract(async () => unwrap(await place.open()));
});
