/** Lists of a store on another machine keep the contract. */
import { type RemotePlace, remotePlace } from '../support/remote-store.js';
import { listsContract } from './lists.contract.js';

describe('lists, over HTTP', () => {
  let place: RemotePlace;
  beforeEach(async () => {
    place = await remotePlace();
  });
  afterEach(() => place.stop());
  listsContract(() => place.open());
});
