/** A store on a PostgreSQL server keeps what it promises of spaces. */
import { describeWithPostgres } from '../support/postgres.js';
import { servedOnPostgres } from '../support/served-on-postgres.js';
import { adminContract } from './spaces.contract.js';

describeWithPostgres('the contract, on a server', () => {
  adminContract('PostgreSQL', servedOnPostgres());
});
