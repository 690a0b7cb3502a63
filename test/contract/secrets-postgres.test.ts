/** A store on a PostgreSQL server keeps what it promises of secrets. */
import { describeWithPostgres } from '../support/postgres.js';
import { servedOnPostgres } from '../support/served-on-postgres.js';
import { secretsContract } from './secrets.contract.js';

describeWithPostgres('the contract, on a server', () => {
  secretsContract('PostgreSQL', servedOnPostgres());
});
