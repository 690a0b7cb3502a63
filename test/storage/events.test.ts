/** What a list of events costs: it follows the page that is asked for, and not the log. */
import { CompiledQuery } from 'kysely';
import { openServed, type ServedStore } from '../../src/credential-store/identity/served-store.js';
import { newKey } from '../../src/credential-store/keyring.js';
import type { EventQuery } from '../../src/ports/events.js';
import { SqliteConnection } from '../../src/storage/sqlite/driver.js';
import { IN_MEMORY, openSqlite } from '../../src/storage/sqlite/engine.js';
import { quickHashing, ServedTestStore } from '../support/callers.js';
import { space } from '../support/plan-declarations.js';
import { unwrap } from '../support/store.js';
import { testWorld } from '../support/store-world.js';

type Query = Parameters<SqliteConnection['executeQuery']>[0];

interface Asked {
  readonly query: Query;
  readonly rows: number;
  readonly connection: SqliteConnection;
}

async function opened(): Promise<{ readonly served: ServedStore; readonly desk: ServedTestStore }> {
  const world = testWorld();
  const storage = unwrap(await openSqlite({ path: IN_MEMORY, sleep: world.clock.sleep }));
  const hashing = quickHashing;
  const served = unwrap(await openServed(storage, { ...world, hashing }, newKey(world.entropy)));
  return { served, desk: await ServedTestStore.open({ ...served, clock: world.clock }) };
}

/** What was asked of the database meanwhile. */
async function watched(work: () => Promise<unknown>): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  const { executeQuery } = SqliteConnection.prototype;
  const spy = jest.spyOn(SqliteConnection.prototype, 'executeQuery').mockImplementation(async function (
    this: SqliteConnection,
    query: Query,
  ) {
    const result = await executeQuery.call(this, query);
    asked.push({ query, rows: result.rows.length, connection: this });
    return result as never;
  });
  await work();
  spy.mockRestore();
  return asked;
}

const PAGE = { acknowledged: 'excluded', limit: 5, offset: 0 } as const;

/** How the database would answer, line by line. */
async function waysOf(asked: readonly Asked[]): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const { query, connection } of asked.filter((one) => one.query.sql.includes('"events"'))) {
    const explain = CompiledQuery.raw(`explain query plan ${query.sql}`, [...query.parameters]);
    const { rows } = await connection.executeQuery<{ readonly detail: string }>(explain);
    lines.push(...rows.map(({ detail }) => detail));
  }
  return lines;
}

test('the newest of a log of any length are read by as many queries and rows, none of them of the log', async () => {
  const { served, desk } = await opened();
  const root = await desk.root();
  const costs: { readonly queries: number; readonly rows: number }[] = [];
  for (const count of [20, 400]) {
    for (let made = 0; made < count; made++) await desk.create(space(`s-${count}-${made}`));
    const since = desk.clock.now();
    desk.clock.advance(1_000);
    for (let made = 0; made < 5; made++) await desk.create(space(`late-${count}-${made}`));
    const query: EventQuery = { ...PAGE, limit: 6, since: since + 1 };
    const asked = await watched(() => served.events.list(query, root));
    expect(asked.filter(({ query: { sql } }) => sql.includes('"audit"'))).toEqual([]);
    costs.push({ queries: asked.length, rows: asked.reduce((sum, { rows }) => sum + rows, 0) });
  }
  expect(costs[1]).toEqual(costs[0]);
  await desk.store.close();
});

test.each<[string, string, Partial<EventQuery>]>([
  ['of everywhere', 'events_at', {}],
  ['since an instant', 'events_at', { since: 1 }],
  ['of an environment', 'events_environment', { environmentId: 'us_env_a' }],
  ['of an environment, since an instant', 'events_environment', { environmentId: 'us_env_a', since: 1 }],
  ['of a space', 'events_space', { spaceId: 'us_sp_a' }],
  ['of a space, those dealt with too', 'events_space', { spaceId: 'us_sp_a', acknowledged: 'included' }],
])('a page %s is read from the index for that, in its order', async (_, index, query) => {
  const { served, desk } = await opened();
  const root = await desk.root();
  const asked = await watched(() => served.events.list({ ...PAGE, ...query }, root));
  const ways = await waysOf(asked.filter((one) => one.query.sql.includes('order by')));
  // Nothing is sorted beside it, and no table is walked.
  expect(ways).toEqual([expect.stringContaining(`USING INDEX ${index}`)]);
  await desk.store.close();
});
