/** Stores that were never finished, and those of versions that this one does not open. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MIGRATIONS, type MigrationState, migrationState } from '../../src/storage/migrations/index.js';
import { SqliteConnection } from '../../src/storage/sqlite/driver.js';
import { openSqlite } from '../../src/storage/sqlite/engine.js';

const folder = mkdtempSync(join(tmpdir(), 'keywright-'));
const sleep = async () => {};
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a process that dies while it makes or migrates a store', () => {
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

test('a store that a development version created is refused as what it is, and left alone', async () => {
  const path = join(folder, 'development.db');
  const made = new SqliteConnection(path);
  made.execute('create table kysely_migration (name, timestamp)');
  for (const name of ['0001-first-light', '0002-people', '0030-credential-ends'])
    made.execute(`insert into kysely_migration values ('${name}', '')`);
  made.close();

  expect(await openSqlite({ path, sleep })).toMatchObject({
    ok: false,
    error: {
      code: 'store_foreign',
      message: expect.stringMatching(/created by a development version of Keywright; .*keywright export/),
    },
  });

  const after = new SqliteConnection(path);
  expect(after.all('select name from sqlite_master')).toEqual([{ name: 'kysely_migration' }]);
  after.close();
});

test.each<[MigrationState, string, readonly string[]]>([
  ['behind', 'has none yet', []],
  ['current', 'has all of them', Object.keys(MIGRATIONS)],
  ['foreign', 'has one more', [...Object.keys(MIGRATIONS), '9999-later']],
  ['foreign', 'has others', ['letters']],
  ['development', 'began before the first release', ['0001-first-light']],
])('%s: the store %s', (state, _, names) => {
  expect(migrationState(names)).toBe(state);
});
