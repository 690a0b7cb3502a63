/** Guards of projects in a store on another machine are held. */
import { type RemotePlace, remotePlace } from '../support/remote-store.js';
import { guardContract } from './guard.contract.js';

describe('guards of projects, over HTTP', () => {
  let place: RemotePlace;
  beforeEach(async () => {
    place = await remotePlace();
  });
  afterEach(() => place.stop());
  guardContract(() => place.open());
});
