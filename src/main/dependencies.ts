/** This machine's adapters, as the commands ask for them. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileCache } from '../adapters/file-cache.js';
import { openFileLock } from '../adapters/file-lock.js';
import { openIdentity, readRecipient } from '../adapters/reconciler-identity.js';
import { sodiumSealing, systemClock, systemEntropy } from '../adapters/system.js';
import type { Dependencies, StorePlace } from '../cli/dependencies.js';
import { isRemoteAddress } from '../client/address.js';
import { DOCUMENTS_MARK, documentCache } from '../documents/cache-codec.js';
import type { FileReaders } from '../documents/parallel-parse.js';
import { isPlan, PLANS } from '../domain/billing-plan.js';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import { Secret } from '../domain/secret.js';
import { readCredential } from '../sinks/credentials.js';
import { RECEIPTS_MARK } from '../sinks/files/receipt-cache.js';
import { openSinks } from '../sinks/sinks.js';
import { makeFolder, storeFolder } from '../storage/folder.js';
import { isPostgresAddress } from '../storage/postgres/address.js';
import { backUp } from './backup.js';
import { deliveredSinks } from './delivered-sinks.js';
import { dueRefreshes } from './due-refreshes.js';
import { machineOf } from './machine.js';
import { openStore, type StoreLocation, storeLocation } from './open-store.js';
import { refuseUnboundPassword } from './password-binding.js';
import { systemProcesses } from './processes.js';
import { restore } from './restore.js';
import { rotateMasterKey } from './rotate-master-key.js';
import { storeClock } from './store-clock.js';

type Env = Readonly<Record<string, string | undefined>>;

export function createWorld(env: Env, readers: FileReaders | undefined): Dependencies {
  const masterKey = env['KEYWRIGHT_MASTER_KEY'];
  const machine = machineOf(env, systemEntropy);
  const clock = storeClock(systemClock);
  const adapters = { clock, entropy: systemEntropy, sealing: sodiumSealing };
  const given = masterKey === undefined ? undefined : new Secret(masterKey);
  const key = given && { masterKey: given };
  const unique = String(process.pid);
  return {
    ...adapters,
    processes: systemProcesses,
    readers,
    openStore: async (place, whenAbsent) => {
      if (isRemote(place)) return (await import('./remote-store.js')).openRemote(place, env);
      const at = locationOf(place, env);
      return at.ok ? openStore({ ...adapters, ...key, ...at.value, whenAbsent }) : at;
    },
    openSinks: (folder, roots, connections) => {
      // One lock for all who deliver below this folder, whatever store they use.
      const lock = join(folder, '.keywright', 'sinks.lock');
      const { exclusively } = openFileLock(lock);
      const memory = fileCache({
        path: join(folder, '.keywright', 'receipts.cache'),
        mark: RECEIPTS_MARK,
        unique,
      });
      return openSinks({
        connections,
        delivered: deliveredSinks(join(folder, '.keywright', 'delivered')),
        refreshLog: dueRefreshes(join(folder, '.keywright', 'refreshes')),
        files: {
          ...{ root: folder, roots, exclusively },
          get machine() {
            return machine.id();
          },
          // Planning writes nothing where nothing was delivered yet.
          ...(existsSync(lock) && { memory, clock: systemClock }),
        },
        drivers: {
          ...{ clock: systemClock, entropy: systemEntropy, root: folder, roots, env, exclusively },
          credential: (reference) => readCredential(reference, { root: folder, env }),
        },
      });
    },
    testDriver: async ({ folder, ...more }) => {
      const { testDriver } = await import('../sinks/exec/driver-test.js');
      const world = { root: folder, roots: ['.'], env };
      return testDriver({ ...more, world, clock: systemClock }, systemEntropy);
    },
    identity: async (place) => {
      const folder = stateFolder(place);
      if (!folder.ok) return folder;
      // A server's store may be there before anything of it is on this machine.
      machine.keep();
      const made = await makeFolder(storeFolder(folder.value));
      return made.ok ? openIdentity(folder.value, sodiumSealing) : made;
    },
    recipient: async (place) => {
      const folder = stateFolder(place);
      return folder.ok ? readRecipient(folder.value) : '';
    },
    memory: (place) => {
      const folder = stateFolder(place);
      // Planning writes nothing where nothing was applied yet.
      const sign = isElsewhere(place) ? 'reconciler.key' : 'store.db';
      if (!folder.ok || !existsSync(join(folder.value, sign))) return undefined;
      return documentCache(
        fileCache({ path: join(folder.value, 'documents.cache'), mark: DOCUMENTS_MARK, unique }),
      );
    },
    backUp: async (place, request) => {
      const folder = embeddedFolder(place, 'backed up with pg_dump --schema=keywright');
      return folder.ok ? backUp({ ...adapters, ...key, folder: folder.value, ...request }) : folder;
    },
    restore: async (place, request) => {
      const folder = embeddedFolder(place, 'restored with pg_restore');
      return folder.ok ? restore({ ...adapters, ...key, folder: folder.value, ...request }) : folder;
    },
    rotateMasterKey: async (place, next, caller) => {
      if (isRemote(place)) return fail(ofTheServer('its master key is replaced'));
      const at = locationOf(place, env);
      if (!at.ok) return at;
      const rotation = { ...adapters, ...at.value, caller };
      if (given && next) return rotateMasterKey({ ...rotation, masterKeys: { from: given, to: next } });
      const isOwnFile = at.value.address === undefined && !given && !next;
      return isOwnFile ? rotateMasterKey(rotation) : fail(BOTH_KEYS);
    },
    // Only the controller needs these, so no other command loads them.
    watchPaths: (folder, paths, listener) => {
      const stopping = import('../adapters/watch-paths.js').then(({ watchPaths }) =>
        watchPaths(folder, paths, listener),
      );
      return () => void stopping.then((stop) => stop());
    },
    openBranch: async (place) => (await import('../adapters/git-source.js')).openBranch(place, systemClock),
    synthesize: async (app) => (await import('../adapters/cdk-app.js')).synthesize(app),
    serveStatus: async (address, status) =>
      (await import('../adapters/status-server.js')).serveStatus(address, status),
    serve: async (place, options) => {
      if (isRemote(place)) return fail(ofTheServer('the store of a server can be served only'));
      const at = locationOf(place, env);
      if (!at.ok) return at;
      const { serve } = await import('./server.js');
      const rootToken = env['KEYWRIGHT_ROOT_TOKEN'];
      const plan = env['KEYWRIGHT_PLAN'];
      if (plan !== undefined && !isPlan(plan))
        return fail(fault('usage', `KEYWRIGHT_PLAN must be one of ${PLANS.join(', ')}`));
      const { outboxSettings } = await import('../outbox/settings.js');
      const outbox = outboxSettings(env);
      if (!outbox.ok) return outbox;
      return serve({
        ...{ ...adapters, ...key, ...options, ...at.value },
        ...(rootToken !== undefined && { rootToken: new Secret(rootToken) }),
        ...(plan !== undefined && { plan }),
        ...(outbox.value !== undefined && { outbox: outbox.value }),
      });
    },
  };
}

/** Others have the present key too, and must get the next one from the person who replaces it. */
const BOTH_KEYS = fault(
  'usage',
  'a master key from the environment is replaced by one that you provide: set the current key in KEYWRIGHT_MASTER_KEY and provide the new key with --stdin',
);

/** `usage` for a store on a server, which has tools of its own. */
function embeddedFolder(place: StorePlace, instead: string): Result<string> {
  if (isRemote(place)) return fail(ofTheServer('a store can be backed up and restored only'));
  if (!isPostgresAddress(place.location)) return stateFolder(place);
  return fail(
    fault(
      'usage',
      `a store on a PostgreSQL server is ${instead}; keep its master key as well, in a different location`,
    ),
  );
}

const isRemote = ({ location }: StorePlace): boolean => isRemoteAddress(location);

const isElsewhere = (place: StorePlace): boolean => isRemote(place) || isPostgresAddress(place.location);

/** `usage` for what needs the store itself, and not what a server says of it. */
const ofTheServer = (what: string) =>
  fault(
    'usage',
    `${what} on the machine that runs it: use the folder or the postgres:// address that the server serves`,
  );

/** `usage` for a server that a document names and to which the environment's password would go unasked. */
function locationOf(place: StorePlace, env: Env): Result<StoreLocation> {
  const folder = stateFolder(place);
  if (!folder.ok || !isPostgresAddress(place.location))
    return folder.ok ? ok({ folder: folder.value }) : folder;
  const bound = refuseUnboundPassword(place, env);
  return bound.ok ? ok(storeLocation(place.location, folder.value)) : bound;
}

/** The folder of what is kept on this machine: the embedded store itself, or what belongs to one elsewhere. */
function stateFolder(place: StorePlace): Result<string> {
  const { folder, location } = place;
  if (isElsewhere(place)) return ok(resolve(folder, '.keywright'));
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(location)) return ok(resolve(folder, location));
  const scheme = location.slice(0, location.indexOf('://'));
  return fail(
    fault(
      'store_unreachable',
      `unsupported store address ${scheme}://; use a folder, postgres://USER@HOST:PORT/DATABASE or https://HOST of a server`,
    ),
  );
}
