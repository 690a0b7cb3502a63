/** This machine's adapters, as the commands ask for them. */
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import type { StorePlace, World } from '../cli/world.js';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import { Secret } from '../domain/secret.js';
import { openSinks } from '../sinks/sinks.js';
import { memoryFile } from '../spec/memory-file.js';
import { openEmbeddedStore, rotateMasterKey } from './embedded-store.js';
import { openFileLock } from './file-lock.js';
import { openIdentity, readRecipient } from './identity.js';
import { sodiumSealing, systemClock, systemEntropy } from './system.js';

type Env = Readonly<Record<string, string | undefined>>;

export function createWorld(env: Env): World {
  const masterKey = env['KEYWRIGHT_MASTER_KEY'];
  const machine = env['KEYWRIGHT_MACHINE'] ?? hostname();
  const adapters = { clock: systemClock, entropy: systemEntropy, sealing: sodiumSealing };
  const given = masterKey === undefined ? undefined : new Secret(masterKey);
  return {
    clock: systemClock,
    sealing: sodiumSealing,
    openStore: async (place, whenAbsent) => {
      const folder = storeFolder(place);
      return folder.ok
        ? openEmbeddedStore({
            ...adapters,
            folder: folder.value,
            whenAbsent,
            ...(given && { masterKey: given }),
          })
        : folder;
    },
    openSinks: (folder, roots) => {
      // One lock for all who deliver below this folder, whatever store they use.
      const lock = openFileLock(join(folder, '.keywright', 'sinks.lock'));
      return openSinks({ root: folder, roots, machine, exclusively: lock.exclusively });
    },
    identity: async (place) => {
      const folder = storeFolder(place);
      return folder.ok ? openIdentity(folder.value, sodiumSealing) : folder;
    },
    recipient: async (place) => {
      const folder = storeFolder(place);
      return folder.ok ? readRecipient(folder.value) : '';
    },
    memory: (place) => {
      const folder = storeFolder(place);
      // Planning writes nothing where there is no store yet.
      if (!folder.ok || !existsSync(join(folder.value, 'store.db'))) return undefined;
      return memoryFile(join(folder.value, 'documents.cache'), String(process.pid));
    },
    rotateMasterKey: async (place, next, caller) => {
      const folder = storeFolder(place);
      if (!folder.ok) return folder;
      const request = { ...adapters, folder: folder.value, caller };
      if (given === undefined && next === undefined) return rotateMasterKey(request);
      if (given && next) return rotateMasterKey({ ...request, masterKeys: { from: given, to: next } });
      return fail(
        fault(
          'usage',
          'a key from outside is replaced by one from outside: give the present one in KEYWRIGHT_MASTER_KEY and the next with --stdin',
        ),
      );
    },
  };
}

/** This version has the embedded store only, so a place is a folder. */
function storeFolder({ folder, location }: StorePlace): Result<string> {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(location)) return ok(resolve(folder, location));
  const scheme = location.slice(0, location.indexOf('://'));
  return fail(
    fault(
      'store_unreachable',
      `this version opens embedded stores only, a folder; it has no adapter for ${scheme}://`,
    ),
  );
}
