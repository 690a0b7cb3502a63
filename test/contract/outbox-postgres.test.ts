/** A store on a PostgreSQL server keeps what it promises of messages. */
import { describeWithPostgres } from '../support/postgres.js';
import { servedOnPostgres } from '../support/served-on-postgres.js';
import { outboxContract } from './outbox.contract.js';

describeWithPostgres('the contract, on a server', () => {
  outboxContract('PostgreSQL', servedOnPostgres({ hasPost: true }));
});
