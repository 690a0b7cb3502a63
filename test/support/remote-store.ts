/** A store behind a real server on loopback, and clients of it: what is asked crosses HTTP both ways. */

import { openFeed } from '../../src/authority/credential-feed.js';
import { openServed } from '../../src/authority/identity/open.js';
import { newKey } from '../../src/authority/keyring.js';
import { openRemoteStore } from '../../src/client/remote-store.js';
import { ok } from '../../src/domain/result.js';
import { Secret } from '../../src/domain/secret.js';
import { openPlanGate } from '../../src/http/plan-gate.js';
import { listen } from '../../src/http/server.js';
import type { HttpWorld } from '../../src/http/world.js';
import { newHttpMetrics } from '../../src/main/http-metrics.js';
import { previewsOver } from '../../src/main/previews.js';
import { readinessOf } from '../../src/main/readiness.js';
import { systemClock } from '../../src/main/system.js';
import type { Authority } from '../../src/ports/authority.js';
import type { CredentialFeed } from '../../src/ports/credential-feed.js';
import type { LiveStore } from '../../src/ports/live-store.js';
import { IN_MEMORY, openSqlite } from '../../src/storage/sqlite/engine.js';
import { createVerifier } from '../../src/verifier/verifier.js';
import { quickHashing } from './callers.js';
import { need } from './store.js';
import { testWorld } from './store-world.js';

export const ROOT = new Secret('the root token of these tests, which is long');

export interface RemotePlace {
  readonly url: string;
  readonly world: ReturnType<typeof testWorld>;
  /** The store behind the server. */
  readonly behind: LiveStore;
  readonly authority: Authority;
  /** Opens a client. */
  open(token?: Secret): Promise<LiveStore>;
  stop(): Promise<void>;
}

export async function remotePlace(): Promise<RemotePlace> {
  const world = testWorld();
  const storage = need(await openSqlite({ path: IN_MEMORY, sleep: world.clock.sleep }));
  const key = newKey(world.entropy);
  const served = need(await openServed(storage, { ...world, hashing: quickHashing }, key));
  need(await served.authority.setRootToken(ROOT));
  const feed: CredentialFeed = need(await openFeed(storage, world, key));
  // The hour is set by the test; waiting is real.
  const clock = { ...systemClock, now: world.clock.now };
  const verifier = need(await createVerifier(feed, clock));
  const stopping = new AbortController();
  const http: HttpWorld = {
    ...served,
    ...{ verifier, clock, entropy: world.entropy, stopping: stopping.signal },
    metrics: newHttpMetrics({ verifier }),
    readiness: readinessOf({
      ...{ store: served.store, verifier, clock, stopping: stopping.signal },
      beat: async () => ok(undefined),
    }),
    plan: need(await openPlanGate({ accounts: served.accounts, clock })),
    previews: previewsOver(served),
    limits: { requestsPerMinute: 1_000_000, concurrent: 256, streams: 100 },
    origins: [],
    log: { request: () => undefined, failure: () => undefined },
  };
  const listening = need(await listen(http, { host: '127.0.0.1', port: 0 }));
  const url = `http://127.0.0.1:${listening.port}`;
  const clients: LiveStore[] = [];
  return {
    ...{ url, world, behind: served.store, authority: served.authority },
    open: async (token = ROOT) => {
      const client = need(
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
