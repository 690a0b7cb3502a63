/** A store behind a real server on loopback, and clients of it: what is asked crosses HTTP both ways. */

import { newHttpMetrics } from '../../src/adapters/http-metrics.js';
import { systemClock } from '../../src/adapters/system.js';
import { openRemoteStore } from '../../src/client/remote-store.js';
import { openFeed } from '../../src/credential-store/credential-feed.js';
import { openServed } from '../../src/credential-store/identity/served-store.js';
import { newKey } from '../../src/credential-store/keyring.js';
import { ok } from '../../src/domain/result.js';
import { Secret } from '../../src/domain/secret.js';
import { PEER_ADDRESSES } from '../../src/http/caller-address.js';
import type { HttpDependencies } from '../../src/http/dependencies.js';
import { openEntitlements } from '../../src/http/entitlements.js';
import { listen } from '../../src/http/server.js';
import { previewsOver } from '../../src/main/previews.js';
import { readinessOf } from '../../src/main/readiness.js';
import { ROUTES } from '../../src/main/routes.js';
import type { CredentialFeed } from '../../src/ports/credential-feed.js';
import type { IdentityService } from '../../src/ports/identity.js';
import type { LiveStore } from '../../src/ports/live-store.js';
import { IN_MEMORY, openSqlite } from '../../src/storage/sqlite/engine.js';
import { createVerifier } from '../../src/verifier/verifier.js';
import { quickHashing } from './callers.js';
import { unwrap } from './store.js';
import { testWorld } from './store-world.js';

export const ROOT = new Secret('the root token of these tests, which is long');

export interface RemotePlace {
  readonly url: string;
  readonly world: ReturnType<typeof testWorld>;
  /** The store behind the server. */
  readonly behind: LiveStore;
  readonly authority: IdentityService;
  /** Opens a client. */
  open(token?: Secret): Promise<LiveStore>;
  stop(): Promise<void>;
}

export async function remotePlace(): Promise<RemotePlace> {
  const world = testWorld();
  const storage = unwrap(await openSqlite({ path: IN_MEMORY, sleep: world.clock.sleep }));
  const key = newKey(world.entropy);
  const served = unwrap(await openServed(storage, { ...world, hashing: quickHashing }, key));
  unwrap(await served.authority.setRootToken(ROOT));
  const feed: CredentialFeed = unwrap(await openFeed(storage, world, key));
  // The hour is set by the test; waiting is real.
  const clock = { ...systemClock, now: world.clock.now };
  const verifier = unwrap(await createVerifier(feed, clock));
  const stopping = new AbortController();
  const http: HttpDependencies = {
    ...served,
    ...{ verifier, clock, entropy: world.entropy, stopping: stopping.signal },
    metrics: newHttpMetrics({ verifier }),
    readiness: readinessOf({
      ...{ store: served.store, verifier, clock, stopping: stopping.signal },
      beat: async () => ok(undefined),
    }),
    entitlements: unwrap(await openEntitlements({ accounts: served.accounts, clock })),
    previews: previewsOver(served),
    limits: { requestsPerMinute: 1_000_000, concurrent: 256, streams: 100 },
    origins: [],
    callers: PEER_ADDRESSES,
    log: { request: () => undefined, failure: () => undefined },
  };
  const listening = unwrap(await listen(http, ROUTES, { host: '127.0.0.1', port: 0 }));
  const url = `http://127.0.0.1:${listening.port}`;
  const clients: LiveStore[] = [];
  return {
    ...{ url, world, behind: served.store, authority: served.authority },
    open: async (token = ROOT) => {
      const client = unwrap(
        await openRemoteStore({ location: url, token, plainHttp: 'loopback', clock: systemClock }),
      );
      clients.push(client);
      return client;
    },
    stop: async () => {
      for (const client of clients) await client.close();
      stopping.abort();
      await listening.stop(200);
      await served.store.close();
    },
  };
}
