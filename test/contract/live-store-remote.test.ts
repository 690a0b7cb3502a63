/** A store on another machine keeps the contract, asked over HTTP. */
import { remotePlace } from '../support/remote-store.js';
import { liveStoreContract } from './live-store.contract.js';

liveStoreContract('over HTTP', async () => {
  const place = await remotePlace();
  const store = await place.open();
  return {
    store: { ...store, close: () => place.stop() },
    clock: place.world.clock,
    settleMs: 6_000,
    // Who showed the token, and what they did; not who they say they are.
    recorded: { actor: 'User/owner', path: 'apply' },
  };
});
