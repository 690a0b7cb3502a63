/** The store of a workspace, opened in the test's own process: asking it hundreds of times costs no process. */
import { join } from 'node:path';
import Database from 'libsql';
import { sodiumSealing, systemClock, systemEntropy } from '../../src/adapters/system.js';
import { openStore } from '../../src/main/open-store.js';
import type { LiveStore } from '../../src/ports/live-store.js';
import { unwrap } from './apply-world.js';
import type { Workspace } from './workspace.js';

/** Its opener closes it. */
export async function openStoreOf(world: Workspace): Promise<LiveStore> {
  const adapters = { clock: systemClock, entropy: systemEntropy, sealing: sodiumSealing };
  const folder = join(world.folder, '.keywright');
  return unwrap(await openStore({ ...adapters, folder, whenAbsent: 'refuse' }));
}

/** Lets the lease of a process that is dead for sure run out at once, which would take five seconds. */
export function letLeaseRunOut(world: Workspace): void {
  if (!world.exists('.keywright/store.db')) return;
  const database = new Database(join(world.folder, '.keywright/store.db'), { timeout: 5_000 });
  try {
    const isThere = database.prepare("select 1 from sqlite_master where name = 'leases'").get();
    if (isThere) database.exec('update leases set until = 0');
  } finally {
    database.close();
  }
}
