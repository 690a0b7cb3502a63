/**
 * Opens a store at its location for one of its uses: as the reconciler and commands have it, as the feed of a
 * verifier, or as a server has it with those who may call. Location and use are independent of each other.
 */
import { argon2Hashing } from '../adapters/argon2.js';
import { openFeed } from '../credential-store/credential-feed.js';
import { openCredentialStore } from '../credential-store/credential-store.js';
import { openServed, type ServedStore } from '../credential-store/identity/served-store.js';
import { ok, type Result } from '../domain/result.js';
import { Secret } from '../domain/secret.js';
import type { CredentialFeed } from '../ports/credential-feed.js';
import type { LiveStore } from '../ports/live-store.js';
import type { PasswordHashing } from '../ports/password-hashing.js';
import { type StoreFolder, storeFolder } from '../storage/folder.js';
import { isPostgresAddress, shownAddress } from '../storage/postgres/address.js';
import { embeddedSite } from './embedded-site.js';
import { isStoreClock } from './store-clock.js';
import { type OpenFace, type OpenOptions, openSite, type StoreSite } from './store-site.js';

export interface StoreLocation {
  /** Of the embedded store; of one on a server, what belongs to this machine (its `master.key`). */
  readonly folder: string;
  /** `postgres://USER@HOST:PORT/DATABASE`. Absent: the store is in the folder. */
  readonly address?: Secret | undefined;
}

/** Returns the location that a text names: a PostgreSQL address, with `machineFolder` for this machine's files, or a folder. */
export const storeLocation = (text: string, machineFolder: string): StoreLocation =>
  isPostgresAddress(text) ? { folder: machineFolder, address: new Secret(text) } : { folder: text };

export type StoreOptions = OpenOptions & StoreLocation;

/** Opens the live store. `usage` for a malformed address, `store_absent`, `store_foreign`, `store_unreachable` or `master_key`. */
export const openStore = (options: StoreOptions): Promise<Result<LiveStore>> =>
  openAt(options, openCredentialStore);

/** Opens what a verifier in memory reads, of a store that exists. Faults are those of `openStore`. */
export const openStoreFeed = (options: Omit<StoreOptions, 'whenAbsent'>): Promise<Result<CredentialFeed>> =>
  openAt({ ...options, whenAbsent: 'refuse' }, openFeed);

interface Serving {
  /** Argon2id unless a test uses something cheaper. */
  readonly hashing?: PasswordHashing;
  /** Messages are written to the outbox only where they are sent. */
  readonly hasPost?: boolean;
}

/** Opens the store as a server does. Faults are those of `openStore`. */
export const openServedStore = (options: StoreOptions & Serving): Promise<Result<ServedStore>> => {
  const { hashing = argon2Hashing, hasPost = false } = options;
  return openAt(options, (storage, world, masterKey) =>
    openServed(storage, { ...world, hashing, hasPost }, masterKey),
  );
};

/** Opens the store at a location for any use. */
export async function openAt<Face>(options: StoreOptions, use: OpenFace<Face>): Promise<Result<Face>> {
  const { address, folder, ...rest } = options;
  const site = address ? await siteOnServer(address, folder, rest) : ok(embeddedSite(folder, rest));
  return site.ok ? openSite(site.value, rest, use) : site;
}

/** The server's driver is loaded here and nowhere before: an embedded store starts without it. */
async function siteOnServer(
  address: Secret,
  folder: string,
  { clock }: OpenOptions,
): Promise<Result<StoreSite>> {
  const shown = shownAddress(address);
  if (!shown.ok) return shown;
  const { postgresServer } = await import('../storage/postgres/engine.js');
  const sleep = (ms: number, signal?: AbortSignal): Promise<void> => clock.sleep(ms, signal);
  const machineFolder: StoreFolder = storeFolder(folder);
  return ok({
    ...postgresServer({
      ...{ address, shown: shown.value, sleep, monotonicMs: () => clock.monotonicMs() },
      ...(isStoreClock(clock) && { onTime: clock.heard }),
    }),
    shown: shown.value,
    folder: machineFolder,
  });
}
