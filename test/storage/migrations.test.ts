/** A store that an older version made: what it held is where the newer one looks for it. */
import { Kysely, Migrator } from 'kysely';
import { MIGRATIONS } from '../../src/storage/migrations/index.js';
import { SqliteConnection, sqliteDialect } from '../../src/storage/sqlite/driver.js';

test('deliveries of an older store stand beside their objects', async () => {
  const connection = new SqliteConnection(':memory:');
  const db = new Kysely<unknown>({ dialect: sqliteDialect(connection) });
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...MIGRATIONS }) } });
  const before = await migrator.migrateTo('0002-people');
  expect(before.error).toBeUndefined();
  for (const name of ['a', 'b'])
    connection.execute(
      `insert into objects (id, kind, name, declaration, digest, origin, revision, quiet_until, created_at, row_mac)
       values ('${name}', 'ApiKey', '${name}', '{}', 'd', 'declared', 1, 0, 0, 'm')`,
    );
  for (const [sink, fingerprint] of [
    ['file:z#raw', 'f2'],
    ['dotenv:.env#A', 'f1'],
  ])
    connection.execute(`insert into deliveries values ('a', '${sink}', 3, '${fingerprint}', 'build-7')`);

  const after = await migrator.migrateToLatest();

  expect(after.error).toBeUndefined();
  const rows = connection.all('select name, deliveries from objects order by name') as readonly {
    readonly name: string;
    readonly deliveries: string;
  }[];
  expect(rows.map(({ name, deliveries }) => [name, JSON.parse(deliveries)])).toEqual([
    [
      'a',
      [
        { sink: 'dotenv:.env#A', generation: 3, fingerprint: 'f1', machine: 'build-7' },
        { sink: 'file:z#raw', generation: 3, fingerprint: 'f2', machine: 'build-7' },
      ],
    ],
    ['b', []],
  ]);
  connection.close();
});
