/** Stores in folders of their own, opened and closed by the test that uses them; and a way in behind their back. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../src/main/open-store.js';
import type { LiveStore } from '../../src/ports/live-store.js';
import { SqliteConnection } from '../../src/storage/sqlite/driver.js';
import { TestStore, unwrap } from './store.js';
import { testWorld } from './store-world.js';

/** What a place is emptied after. */
export type Per = 'test' | 'file';

/** A place that is emptied after each test, or after all of the file. */
export function storePlace(per: Per = 'test') {
  let root = '';
  let opened: LiveStore[] = [];
  const [before, after] = per === 'test' ? [beforeEach, afterEach] : [beforeAll, afterAll];
  before(() => {
    root = mkdtempSync(join(tmpdir(), 'keywright-'));
  });
  after(async () => {
    for (const store of opened) await store.close();
    opened = [];
    rmSync(root, { recursive: true });
  });
  const folder = () => join(root, 'store');
  const world = testWorld();
  const open = (options: Partial<Parameters<typeof openStore>[0]> = {}) =>
    openStore({ ...world, folder: folder(), whenAbsent: 'create', ...options });
  return {
    world,
    folder,
    /** The folder that the store's folder is made in. */
    root: () => root,
    open,
    /** An open store, closed after the test. */
    store: async (options: Parameters<typeof open>[0] = {}): Promise<LiveStore> => {
      const store = unwrap(await open(options));
      opened.push(store);
      return store;
    },
    /** Changes rows as a writer of the file does. */
    tamper: (sql: string): void => {
      const connection = new SqliteConnection(join(folder(), 'store.db'));
      for (const statement of sql.split('; ')) connection.execute(statement);
      connection.close();
    },
    rows: (sql: string): unknown[] => {
      const connection = new SqliteConnection(join(folder(), 'store.db'));
      const rows = connection.all(sql);
      connection.close();
      return rows;
    },
  };
}

/** The store with a lease in hand. */
export const handOn = async (store: LiveStore): Promise<TestStore> =>
  new TestStore(store, unwrap(await store.acquireLease('ada', 5_000)));
