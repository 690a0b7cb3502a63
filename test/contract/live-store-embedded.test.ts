/** The embedded store keeps the contract, in memory and in a folder. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../src/main/open-store.js';
import { openInMemory } from '../../src/main/store-site.js';
import { unwrap } from '../support/store.js';
import { testWorld } from '../support/store-world.js';
import { liveStoreContract } from './live-store.contract.js';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

liveStoreContract('embedded, in memory', async () => {
  const world = testWorld();
  const store = unwrap(await openInMemory(world));
  return { store, clock: world.clock, settleMs: 6_000 };
});

liveStoreContract('embedded, in a folder', async () => {
  const world = testWorld();
  const folder = mkdtempSync(join(tmpdir(), 'keywright-'));
  folders.push(folder);
  const store = unwrap(await openStore({ ...world, folder, whenAbsent: 'create' }));
  return { store, clock: world.clock, settleMs: 6_000 };
});
