/** A store on a PostgreSQL server keeps the contract of watching, also when its connections are cut. */
import { describeWithPostgres } from '../support/postgres.js';
import { postgresPlace } from '../support/postgres-database.js';
import { eventually, ringsOf } from '../support/signals.js';
import { CALLER, OURS, service, unwrap } from '../support/store.js';
import { watchContract } from './watch.contract.js';

describeWithPostgres('watching, on a server', () => {
  const place = postgresPlace();
  watchContract('PostgreSQL', () => place.store());

  it('hears again after its connections were cut, also of what was written meanwhile', async () => {
    const [own, other] = [await place.store(), await place.store()];
    const lease = unwrap(await other.acquireLease('ada', 60_000));
    const create = async (name: string) =>
      unwrap(
        await other.mutate({ kind: 'create', declaration: service(name), ownership: OURS }, lease, CALLER),
      );
    const rings = ringsOf(own);
    await eventually('the first look', () => rings.count() > 0);
    for (const name of ['one', 'two', 'three']) {
      const before = rings.count();
      place.cluster.cut(place.address());
      await create(name);
      await eventually(`called for ${name}`, () => rings.count() > before);
    }
  });

  it('hears again after the server was away', async () => {
    const store = await place.store();
    const rings = ringsOf(store);
    await eventually('the first look', () => rings.count() > 0);
    await place.cluster.kill();
    await place.cluster.start();
    const before = rings.count();
    await place.sql("insert into keywright.audit values (1000, 0, 'a', 'a', 'a', 'a', 'a', '{}', '', '')");
    await eventually('called for what nobody notified of', () => rings.count() > before);
  });
});
