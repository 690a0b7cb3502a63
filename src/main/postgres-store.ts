/**
 * Opens the live store on a PostgreSQL server, and replaces its master key. The server's driver is loaded
 * here and nowhere before: an embedded store starts without it.
 */

import { openFeed } from '../credential-store/credential-feed.js';
import { type Dependencies, openCredentialStore } from '../credential-store/credential-store.js';
import { replaceMasterKey } from '../credential-store/master-key.js';
import { ok, type Result } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';
import type { CredentialFeed } from '../ports/credential-feed.js';
import type { Caller, LiveStore } from '../ports/live-store.js';
import { type StoreFolder, storeFolder } from '../storage/folder.js';
import { shownAddress } from '../storage/postgres/address.js';
import type { PostgresServer } from '../storage/postgres/engine.js';
import { isStoreClock } from './store-clock.js';
import { type OpenOptions, openSite, type StoreSite } from './store-site.js';

export interface PostgresStoreOptions extends OpenOptions {
  /** `postgres://USER@HOST:PORT/DATABASE`. */
  readonly address: Secret;
  /** Of `master.key` on this machine, when the key is not given. */
  readonly folder: string;
}

/** `usage` for a malformed address, `store_absent`, `store_foreign`, `store_unreachable` or `master_key`. */
export const openPostgresStore = (options: PostgresStoreOptions): Promise<Result<LiveStore>> =>
  atSite(options, (site, rest) => openSite(site, rest, openCredentialStore));

/** What a verifier in memory reads, of a store that is there. Faults are those of the store. */
export const openPostgresFeed = (
  options: Omit<PostgresStoreOptions, 'whenAbsent'>,
): Promise<Result<CredentialFeed>> =>
  atSite({ ...options, whenAbsent: 'refuse' }, (site, rest) => openSite(site, rest, openFeed));

export interface ReplacedMasterKey extends Dependencies {
  readonly address: Secret;
  readonly folder: string;
  readonly masterKeys: { readonly from: Secret; readonly to: Secret };
  readonly caller: Caller;
}

/** Both keys are given: a new one in one machine's file would lock out all others. */
export const replacePostgresMasterKey = (options: ReplacedMasterKey): Promise<Result<void>> => {
  const { masterKeys, caller, ...rest } = options;
  const world = { ...rest, masterKey: masterKeys.from, whenAbsent: 'refuse' as const };
  const keep = async (): Promise<Result<void>> => ok(undefined);
  return atSite(world, (site) =>
    openSite(site, world, async (storage) => {
      const replaced = await replaceMasterKey(storage, rest, { ...masterKeys, keep, caller });
      await storage.close();
      return replaced;
    }),
  );
};

/** Hands over the server as a place that a store is in, or will be. */
export async function atSite<T>(
  { address, folder, ...options }: PostgresStoreOptions,
  use: (site: StoreSite, options: OpenOptions) => Promise<Result<T>>,
): Promise<Result<T>> {
  const shown = shownAddress(address);
  if (!shown.ok) return shown;
  const { postgresServer } = await import('../storage/postgres/engine.js');
  const { clock } = options;
  const sleep = (ms: number, signal?: AbortSignal): Promise<void> => clock.sleep(ms, signal);
  const server = postgresServer({
    ...{ address, shown: shown.value, sleep, monotonicMs: () => clock.monotonicMs() },
    ...(isStoreClock(clock) && { onTime: clock.heard }),
  });
  return use(siteOn(server, shown.value, storeFolder(folder)), options);
}

const siteOn = (server: PostgresServer, shown: string, folder: StoreFolder): StoreSite => ({
  ...server,
  shown,
  folder,
});
