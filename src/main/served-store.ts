/** Opens the store as a server does, wherever it is: with those who may call it. */

import { argon2Hashing } from '../adapters/argon2.js';
import type { Dependencies } from '../credential-store/credential-store.js';
import { openServed, type ServedStore } from '../credential-store/identity/served-store.js';
import type { Storage } from '../credential-store/storage-port.js';
import type { Result } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';
import type { PasswordHashing } from '../ports/password-hashing.js';
import { type EmbeddedStoreOptions, siteIn } from './embedded-store.js';
import { atSite, type PostgresStoreOptions } from './postgres-store.js';
import { openSite } from './store-site.js';

/** Passwords cost what they cost unless a test says otherwise; letters are written where they are sent. */
interface Serving {
  readonly hashing?: PasswordHashing;
  readonly hasPost?: boolean;
}

const openWith =
  ({ hashing = argon2Hashing, hasPost = false }: Serving) =>
  (storage: Storage, world: Dependencies, masterKey: Secret): Promise<Result<ServedStore>> =>
    openServed(storage, { ...world, hashing, hasPost }, masterKey);

/** Faults as those of `openEmbeddedStore`. */
export const openEmbeddedServed = (options: EmbeddedStoreOptions & Serving): Promise<Result<ServedStore>> =>
  openSite(siteIn(options.folder, options), options, openWith(options));

/** Faults as those of `openPostgresStore`. */
export const openPostgresServed = (options: PostgresStoreOptions & Serving): Promise<Result<ServedStore>> =>
  atSite(options, (site, rest) => openSite(site, rest, openWith(options)));
