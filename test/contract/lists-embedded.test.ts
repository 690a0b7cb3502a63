/** Lists of a store in a folder keep the contract. */
import { storePlace } from '../support/store-folder.js';
import { listsContract } from './lists.contract.js';

describe('lists, in a folder', () => {
  const place = storePlace();
  listsContract(() => place.store());
});
