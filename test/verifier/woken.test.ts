/** A verifier that follows a store is woken by changes: it does not wait for its next look, which never comes here. */

import { systemClock } from '../../src/adapters/system.js';
import { Secret } from '../../src/domain/secret.js';
import { openStoreFeed } from '../../src/main/open-store.js';
import type { CredentialFeed } from '../../src/ports/credential-feed.js';
import type { LiveStore } from '../../src/ports/live-store.js';
import { createVerifier } from '../../src/verifier/verifier.js';
import { describeWithPostgres } from '../support/postgres.js';
import { postgresPlace } from '../support/postgres-database.js';
import { eventually } from '../support/signals.js';
import { apiKey, unwrap } from '../support/store.js';
import { handOn, storePlace } from '../support/store-folder.js';

const NEVER_MS = 1_000_000;

async function seesAtOnce(store: LiveStore, feed: CredentialFeed): Promise<void> {
  const verifier = unwrap(await createVerifier(feed, systemClock, { staleAfterMs: NEVER_MS }));
  const stopping = new AbortController();
  const following = verifier.follow(NEVER_MS, stopping.signal);
  const hand = await handOn(store);
  const codeOf = (token: Secret) => verifier.verify(token.reveal()).code;
  try {
    for (const name of ['one', 'two', 'three']) {
      await hand.create(apiKey(name));
      const token = await hand.rollOut(name, 1);
      await eventually(`${name} is known`, () => codeOf(token) === 'VALID');
      unwrap(await hand.revoke(name, [1]));
      await eventually(`${name} is revoked`, () => codeOf(token) === 'REVOKED');
    }
  } finally {
    stopping.abort();
    await following;
    unwrap(await verifier.close());
  }
}

describe('a verifier of the embedded store', () => {
  const place = storePlace();
  it('is woken by a change in another process', async () => {
    const store = await place.store({ clock: systemClock });
    const feed = await openStoreFeed({ ...place.world, clock: systemClock, folder: place.folder() });
    await seesAtOnce(store, unwrap(feed));
  });
});

describeWithPostgres('a verifier of a store on a server', () => {
  const place = postgresPlace();
  it('is woken by a change in another process', async () => {
    const store = await place.store({ clock: systemClock });
    const world = { ...place.world, clock: systemClock };
    const feed = await openStoreFeed({
      ...world,
      address: new Secret(place.address()),
      folder: place.folder(),
    });
    await seesAtOnce(store, unwrap(feed));
  });
});
