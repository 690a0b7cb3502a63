/** An embedded store keeps what it promises of spaces, in memory and in a folder. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openServed } from '../../src/credential-store/identity/served-store.js';
import { newKey } from '../../src/credential-store/keyring.js';
import { openServedStore } from '../../src/main/open-store.js';
import { IN_MEMORY, openSqlite } from '../../src/storage/sqlite/engine.js';
import { quickHashing } from '../support/callers.js';
import { unwrap } from '../support/store.js';
import { testWorld } from '../support/store-world.js';
import { adminContract } from './spaces.contract.js';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

adminContract('embedded, in memory', async () => {
  const world = testWorld();
  const storage = unwrap(await openSqlite({ path: IN_MEMORY, sleep: world.clock.sleep }));
  const served = await openServed(storage, { ...world, hashing: quickHashing }, newKey(world.entropy));
  return { ...unwrap(served), clock: world.clock };
});

adminContract('embedded, in a folder', async () => {
  const world = testWorld();
  const folder = mkdtempSync(join(tmpdir(), 'keywright-'));
  folders.push(folder);
  const options = { ...world, hashing: quickHashing, folder, whenAbsent: 'create' } as const;
  return { ...unwrap(await openServedStore(options)), clock: world.clock };
});
