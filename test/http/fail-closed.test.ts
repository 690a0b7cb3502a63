/** What a server says when it cannot know: never that a key is good. */
import type { LiveStore } from '../../src/ports/live-store.js';
import type { Verifier } from '../../src/verifier/verifier.js';
import { httpPlace } from '../support/http-world.js';
import { apiKey } from '../support/store.js';

const place = httpPlace();

/** A server whose feed and whose store can be taken away. */
async function started() {
  const lost = { feed: false, store: false };
  const unheard = new Promise<never>(() => undefined);
  const server = await place.start((world) => {
    const verifier: Verifier = {
      verify: (...asked) =>
        lost.feed ? { valid: false, code: 'UNAVAILABLE' } : world.verifier.verify(...asked),
      refresh: () => (lost.feed ? unheard : world.verifier.refresh()),
      follow: (...asked) => world.verifier.follow(...asked),
      outrun: (...args) => world.verifier.outrun(...args),
      size: () => world.verifier.size(),
      uses: () => world.verifier.uses(),
      setback: () => world.verifier.setback(),
      revision: () => world.verifier.revision(),
      plan: () => world.verifier.plan(),
      close: () => world.verifier.close(),
    };
    const store: LiveStore = {
      ...world.store,
      verify: (...asked) => (lost.store ? unheard : world.store.verify(...asked)),
    };
    return { ...world, verifier, store };
  });
  await server.hand.create(apiKey('app'));
  const key = (await server.hand.rollOut('app', 1)).reveal();
  return { server, lost, key };
}

test('when the feed is lost the store is asked, and the server says that it is not ready', async () => {
  const { server, lost, key } = await started();
  lost.feed = true;
  expect((await server.asRoot('POST /v1/keys/verify', { key })).body.data.code).toBe('VALID');
  expect((await server.ask('GET /readyz')).status).toBe(503);
});

test('verify: without index and store no key is answered as valid, and the process stays up', async () => {
  const { server, lost, key } = await started();
  lost.feed = true;
  lost.store = true;
  const refused = await server.asRoot('POST /v1/keys/verify', { key });
  expect([refused.status, refused.body.code]).toEqual([503, 'store_unreachable']);
  expect(refused.headers.get('retry-after')).toBe('1');
  expect((await server.ask('GET /healthz')).status).toBe(200);
});

test('a revocation that memory may not have seen is not answered as done', async () => {
  const { server, lost } = await started();
  lost.feed = true;
  expect((await server.asRoot('POST /v1/keys/app/revoke')).status).toBe(503);
  const { key } = await server.hand.fetch({ kind: 'ApiKey', name: 'app' });
  expect(key?.versions[0]?.revokedAt).toBeDefined();
});
