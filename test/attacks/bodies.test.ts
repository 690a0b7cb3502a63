/** Bodies that are made to cost: refused by their bounds, with few words. Counted, not timed. */
import { httpPlace, type TestServer } from '../support/http-world.js';
import { apiKey } from '../support/store.js';

const place = httpPlace();

const distinct = (count: number): readonly string[] => Array.from({ length: count }, (_, nth) => `w${nth}`);

async function init(server: TestServer, space: unknown) {
  await server.hand.create(apiKey('browser', { type: 'publishable' }));
  const key = (await server.hand.rollOut('browser', 1)).reveal();
  return server.ask(`POST /v1/internal/spaces/init?publishableKey=${key}`, { body: { space } });
}

test.each<[string, unknown]>([
  ['30,000 distinct workbooks', { workbooks: distinct(30_000) }],
  ['30,000 ways in', { guestAuthentication: distinct(30_000) }],
  ['30,000 labels', { labels: distinct(30_000) }],
  ['20,000 fields that are not known', Object.fromEntries(distinct(20_000).map((name) => [name, 1]))],
  ['a name of 200,000 characters', { name: 'x'.repeat(200_000) }],
  ['200 kB of metadata', { metadata: { text: 'x'.repeat(200_000) } }],
])('a space with %s is refused with one error', async (_, space) => {
  const server = await place.start();
  const got = await init(server, space);
  expect([got.status, got.body.errors.length]).toEqual([400, 1]);
  expect(got.text.length).toBeLessThan(2_000);
});

test('a batch of the store with a list that is too long is refused with one error', async () => {
  const server = await place.start();
  const object = { kind: 'ApiKey', name: 'x' };
  const mutations = Array.from({ length: 2_000 }, () => ({ kind: 'revoke', object, generations: [1] }));
  const lease = { name: 'writers', holder: 'x', epoch: 1, until: 1, ttlMs: 1 };
  const got = await server.asRoot('POST /v1/store/mutate', { lease, mutations });
  expect([got.status, got.body.errors]).toEqual([
    400,
    [{ key: 'body.mutations', message: 'must have at most 128 items' }],
  ]);
});
