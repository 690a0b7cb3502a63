/** A store on a PostgreSQL server keeps what it promises of events. */
import { describeWithPostgres } from '../support/postgres.js';
import { servedOnPostgres } from '../support/served-on-postgres.js';
import { eventsContract } from './events.contract.js';

describeWithPostgres('the contract, on a server', () => {
  eventsContract('PostgreSQL', servedOnPostgres());
});
