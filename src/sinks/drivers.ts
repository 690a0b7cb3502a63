/** The drivers, by type of sink. `dotenv` and `file` are no objects: they have an adapter of their own (files/). */
import type { OpenDriver } from './driver.js';
import { openVault } from './vault/driver.js';

export const DRIVERS: Readonly<Record<string, OpenDriver>> = { vault: openVault };
