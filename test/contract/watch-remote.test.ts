/** A store on another machine keeps the contract of watching. */
import { type RemotePlace, remotePlace } from '../support/remote-store.js';
import { watchContract } from './watch.contract.js';

let place: RemotePlace;
beforeEach(async () => {
  place = await remotePlace();
});
afterEach(() => place.stop());

watchContract('over HTTP', () => place.open());
