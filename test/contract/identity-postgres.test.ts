/** A store on a PostgreSQL server keeps the contract of a server's. */
import { describeWithPostgres } from '../support/postgres.js';
import { servedOnPostgres } from '../support/served-on-postgres.js';
import { authorityContract } from './identity.contract.js';

describeWithPostgres('the contract, on a server', () => {
  authorityContract('PostgreSQL', servedOnPostgres());
});
