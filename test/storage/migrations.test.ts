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

/** A log and what was kept beside an environment, as a store had them before events stood apart. */
function fillOldLog(connection: SqliteConnection): void {
  const ada = 'User/ada';
  const entries: readonly (readonly [string, string, string, object])[] = [
    ['keywright', 'User/ada', 'object.created', { id: 'us_usr_a' }],
    [ada, 'Environment/production', 'object.created', { id: 'us_env_p' }],
    [ada, 'Space/production/a', 'object.created', { id: 'us_sp_a' }],
    [ada, 'Guest/production/gus', 'object.created', { id: 'us_g_a' }],
    [ada, 'Space/production/a', 'workbook.created', { workbook: 'orders' }],
    [ada, 'Environment/production', 'object.renamed', { to: 'live' }],
    [ada, 'Environment/live', 'object.renamed', { from: 'production' }],
    [ada, 'Space/production/a', 'object.renamed', { to: 'live/a' }],
    [ada, 'Space/live/a', 'object.renamed', { from: 'production/a' }],
    [ada, 'Space/live/a', 'object.deleted', {}],
  ];
  for (const [index, [actor, object, action, detail]] of entries.entries()) {
    const [kind = '', ...name] = object.split('/');
    connection.execute(
      `insert into audit (seq, at, actor, path, action, object_kind, object_name, detail, previous_hash, hash)
       values (${index + 1}, ${1_000 + index}, '${actor}', 'p', '${action}', '${kind}', '${name.join('/')}', '${JSON.stringify(detail)}', '', '')`,
    );
  }
  connection.execute(
    `insert into objects (id, kind, name, declaration, digest, origin, revision, quiet_until, created_at, row_mac)
     values ('us_env_p', 'Environment', 'live', '{}', 'd', 'manual', 1, 0, 0, 'm')`,
  );
  const said = { topic: 'job:ready', domain: 'job', payload: { a: 1 }, members: {}, actorId: 'us_usr_a' };
  const rows = [
    ['us_evt_x1', 'event', { ...said, place: { environmentId: 'us_env_p' } }],
    ['us_ack_x1', 'acknowledgement', { by: 'us_usr_b' }],
    ['us_ag_1', 'agent', {}],
  ] as const;
  for (const [id, kind, value] of rows)
    connection.execute(
      `insert into belongings (id, kind, object_id, name, value, created_at, updated_at)
       values ('${id}', '${kind}', 'us_env_p', 'us_evt_x1', '${JSON.stringify(value)}', 2000, 2000)`,
    );
}

test('what the log of an older store reported, and clients said, are its events: followed through other names', async () => {
  const connection = new SqliteConnection(':memory:');
  const db = new Kysely<unknown>({ dialect: sqliteDialect(connection) });
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...MIGRATIONS }) } });
  expect((await migrator.migrateTo('0010-confined-sessions')).error).toBeUndefined();
  fillOldLog(connection);

  expect((await migrator.migrateToLatest()).error).toBeUndefined();

  const told = connection.all(
    `select topic, environment_id || coalesce(' ' || space_id, '') as place, coalesce(workbook_id, '') like 'us_wb_a%' as is_in_workbook,
       actor_id, acknowledged_by from events order by at, id`,
  );
  const row = (topic: string, place: string, more = {}) => ({
    ...{ topic, place, is_in_workbook: 0, actor_id: 'us_usr_a', acknowledged_by: null, ...more },
  });
  expect(told).toEqual([
    row('environment:created', 'us_env_p'),
    row('space:created', 'us_env_p us_sp_a'),
    row('workbook:created', 'us_env_p us_sp_a', { is_in_workbook: 1 }),
    row('environment:updated', 'us_env_p'),
    row('space:updated', 'us_env_p us_sp_a'),
    row('space:deleted', 'us_env_p us_sp_a'),
    row('job:ready', 'us_env_p', { acknowledged_by: 'us_usr_b' }),
  ]);
  expect(connection.all('select id from belongings')).toEqual([{ id: 'us_ag_1' }]);
  connection.close();
});
