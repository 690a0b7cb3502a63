/** A store that an older version made: what it held is where the newer one looks for it. And one that was never finished. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kysely, Migrator } from 'kysely';
import { MIGRATIONS } from '../../src/storage/migrations/index.js';
import { SqliteConnection, sqliteDialect } from '../../src/storage/sqlite/driver.js';
import { openSqlite } from '../../src/storage/sqlite/engine.js';

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

describe('a process that dies while it makes or migrates a store', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-'));
  const sleep = async () => {};
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  afterEach(() => void jest.restoreAllMocks());

  /** What is committed when the process dies before its nth statement is all that there is afterwards. */
  async function openAndDie(path: string, nth: number): Promise<'died' | 'opened'> {
    const real = SqliteConnection.prototype.executeQuery;
    let statements = 0;
    const spy = jest.spyOn(SqliteConnection.prototype, 'executeQuery').mockImplementation(async function (
      this: SqliteConnection,
      query,
    ) {
      statements += 1;
      // Everything after it fails as well; what is open is taken back, as the end of a process does.
      if (statements >= nth && query.sql !== 'rollback') throw new Error('the process died');
      return real.call(this, query);
    });
    const opened = await openSqlite({ path, sleep });
    spy.mockRestore();
    if (!opened.ok) return 'died';
    await opened.value.close();
    return 'opened';
  }

  test('leaves one that the next process opens, wherever it died', async () => {
    let nth = 1;
    for (; ; nth++) {
      const path = join(folder, `${nth}.db`);
      const outcome = await openAndDie(path, nth);
      const opened = await openSqlite({ path, sleep });
      expect([nth, opened.ok ? 'opened' : opened.error]).toEqual([nth, 'opened']);
      if (opened.ok) await opened.value.close();
      if (outcome === 'opened') break;
    }
    // It did die in the middle of the migrations.
    expect(nth).toBeGreaterThan(20);
  });
});
