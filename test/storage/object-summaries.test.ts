/** The survey has pages of joined text; together they are every live object, once, in order. */
import { Kysely, Migrator } from 'kysely';
import { MIGRATIONS } from '../../src/storage/migrations/index.js';
import type { Database } from '../../src/storage/schema.js';
import { SqliteConnection, sqliteDialect } from '../../src/storage/sqlite/driver.js';
import { transactionOver } from '../../src/storage/transaction.js';

async function storeOf(count: number) {
  const connection = new SqliteConnection(':memory:');
  const compiler = new Kysely<Database>({ dialect: sqliteDialect(connection) });
  const provider = { getMigrations: async () => ({ ...MIGRATIONS }) };
  await new Migrator({ db: compiler, provider }).migrateToLatest();
  // Every seventh is a tombstone, every fifth has no owner, and a few are of another kind.
  connection.execute(
    `with recursive n(i) as (select 0 union all select i + 1 from n where i < ${count - 1})
     insert into objects (id, kind, name, declaration, digest, project, manager, origin, revision, quiet_until, created_at,
       removed_at, row_mac, deliveries)
     select 'id' || i, case when i % 1000 = 0 then 'Service' else 'ApiKey' end, 'key-' || ((i * 7919) % ${count}), '{}',
       'd' || i, case when i % 5 = 0 then null else 'p' end, case when i % 5 = 0 then null else 'm' end, 'declared', i, i * 3,
       0, case when i % 7 = 0 then 1 else null end, 'm', '[{"sink":"file:' || i || '#raw"}]' from n`,
  );
  const plain = connection.all(
    `select kind, name, digest, revision, quiet_until, origin, deliveries, project, manager from objects
     where removed_at is null order by kind, name`,
  ) as object[];
  return { plain, objects: transactionOver({ compiler, connection, memo: new Map() }).objects, connection };
}

test.each([1, 2, 11_666, 11_667, 23_333, 24_001])('of %i objects it says what rows say', async (count) => {
  const { plain, objects, connection } = await storeOf(count);
  const survey = await objects.survey();
  expect(survey).toEqual(plain.map((row) => Object.values(row).join('\t')));
  connection.close();
});
