/** A store on a PostgreSQL server keeps what was applied last. */
import { describeWithPostgres } from '../support/postgres.js';
import { servedOnPostgres } from '../support/served-on-postgres.js';
import { appliedContract } from './applied.contract.js';

describeWithPostgres('the contract, on a server', () => {
  appliedContract('PostgreSQL', servedOnPostgres());
});
