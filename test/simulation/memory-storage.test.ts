/** The storage of the simulation keeps the contract of a live store, so what is simulated is the real thing. */
import { openCredentialStore } from '../../src/credential-store/credential-store.js';
import { newKey } from '../../src/credential-store/keyring.js';
import { liveStoreContract } from '../contract/live-store.contract.js';
import { unwrap } from '../support/store.js';
import { testWorld } from '../support/store-world.js';
import { memoryStorage } from './memory-storage.js';

liveStoreContract('the simulation’s, over maps', async () => {
  const world = testWorld();
  const storage = memoryStorage({ lateMs: 1_000 });
  const store = unwrap(await openCredentialStore(storage, world, newKey(world.entropy)));
  return { store, clock: world.clock, settleMs: 6_000 };
});
