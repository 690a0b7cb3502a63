/** Guards of projects in a store in a folder are held. */
import { storePlace } from '../support/store-folder.js';
import { guardContract } from './guard.contract.js';

describe('guards of projects, in a folder', () => {
  const place = storePlace();
  guardContract(() => place.store());
});
