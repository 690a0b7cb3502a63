/** The embedded store keeps the contract of watching. */
import { storePlace } from '../support/store-folder.js';
import { watchContract } from './watch.contract.js';

const place = storePlace();
watchContract('embedded, in a folder', () => place.store());
