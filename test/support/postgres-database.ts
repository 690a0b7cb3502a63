/** Stores on a server: a database and a folder of its own for each test, and a way in behind their back. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '../../src/domain/secret.js';
import { openStore } from '../../src/main/open-store.js';
import type { LiveStore } from '../../src/ports/live-store.js';
import { postgresCluster } from './postgres.js';
import { unwrap } from './store.js';
import { testWorld } from './store-world.js';

/** A place that is new for each test. Stores from `store` are closed after it. */
export function postgresPlace() {
  const cluster = postgresCluster();
  let root = '';
  let address = '';
  let opened: LiveStore[] = [];
  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'keywright-'));
    address = await cluster.database();
  });
  afterEach(async () => {
    for (const store of opened) await store.close();
    opened = [];
    rmSync(root, { recursive: true });
  });
  const world = testWorld();
  const folder = () => join(root, '.keywright');
  const open = (options: Partial<Parameters<typeof openStore>[0]> = {}) =>
    openStore({
      ...world,
      address: new Secret(address),
      folder: folder(),
      whenAbsent: 'create',
      ...options,
    });
  return {
    cluster,
    world,
    folder,
    address: () => address,
    open,
    store: async (options: Parameters<typeof open>[0] = {}): Promise<LiveStore> => {
      const store = unwrap(await open(options));
      opened.push(store);
      return store;
    },
    /** Runs SQL in the database of the test. */
    sql: (text: string) => cluster.sql(address, text),
  };
}
