/** No principal outlives the credential they signed in with: keys and their people (T3–T6), and access tokens and whatever they were exchanged for. */
import { HOUR_MS } from '../../src/domain/time.js';
import {
  change,
  exchanged,
  invited,
  joined,
  login,
  pat,
  removePerson,
  statuses,
} from '../support/http-people.js';
import { httpPlace, ROOT, type TestServer } from '../support/http-world.js';
import { team, user } from '../support/plan-declarations.js';
import { apiKey, CALLER, keyRef, service, unwrap } from '../support/store.js';

const place = httpPlace();

/** A key of each level, all made by one person, and the person's token. */
async function keysOf(server: TestServer): Promise<readonly string[]> {
  const { hand } = server;
  await hand.create(user('ada'));
  await hand.create(user('bob'));
  await hand.create(team('data', { user: 'ada', role: 'admin' }, { user: 'bob' }));
  await hand.create(service('billing'));
  const owners = {
    personal: { user: 'ada' },
    team: { team: 'data' },
    service: { service: 'billing' },
    tenant: { tenant: true as const },
  };
  const tokens = [];
  for (const [name, owner] of Object.entries(owners)) {
    await hand.create(apiKey(name, { owner }));
    tokens.push((await hand.rollOut(name, 1)).reveal());
  }
  return tokens;
}

const answers = async (server: TestServer, tokens: readonly string[]): Promise<readonly number[]> => {
  unwrap(await server.world.verifier.refresh());
  const verified = await Promise.all(
    tokens.map(async (key) => (await server.asRoot('POST /v1/keys/verify', { key })).body.data.valid),
  );
  const answered = await statuses(server, ...tokens);
  expect(verified).toEqual(answered.map((status) => status === 200));
  return answered;
};

test('T3–T6, F1, F3: personal keys follow the status of their user, others do not, in the API and in verifiers', async () => {
  const server = await place.start();
  const tokens = await keysOf(server);
  expect(await answers(server, tokens)).toEqual([200, 200, 200, 200]);
  await change(server, user('ada', { status: 'deactivated' }));
  expect(await answers(server, tokens)).toEqual([401, 200, 200, 200]);
  await change(server, user('ada'));
  expect(await answers(server, tokens)).toEqual([200, 200, 200, 200]);
  await removePerson(server, 'ada');
  expect(await answers(server, tokens)).toEqual([401, 200, 200, 200]);
  await server.hand.create(user('ada'));
  await server.ask('POST /v1/invitations/accept', { body: { token: await invited(server, 'ada') } });
  expect(await answers(server, tokens)).toEqual([401, 200, 200, 200]);
});

test('T3–T6: the access tokens that the keys were exchanged for go with them', async () => {
  const server = await place.start();
  const keys = await keysOf(server);
  const tokens = await Promise.all(keys.map((key) => exchanged(server, key)));
  expect(await statuses(server, ...tokens)).toEqual([200, 200, 200, 200]);
  await change(server, user('ada', { status: 'deactivated' }));
  expect(await statuses(server, ...tokens)).toEqual([401, 200, 200, 200]);
  await change(server, user('ada'));
  expect(await statuses(server, ...tokens)).toEqual([200, 200, 200, 200]);
  await removePerson(server, 'ada');
  await server.hand.create(user('ada'));
  expect(await statuses(server, ...tokens)).toEqual([401, 200, 200, 200]);
});

test('F4: promoting or demoting the person of a key changes nothing about it', async () => {
  const server = await place.start();
  const [token = ''] = await keysOf(server);
  const known = async () => {
    const { id, owner, permissions, status, prefix, expiresAt, deactivatedAt } = (
      await server.asRoot('GET /v1/keys/personal')
    ).body.data;
    return { id, owner, permissions, status, prefix, expiresAt, deactivatedAt };
  };
  const before = await known();
  for (const roles of [['owner'], ['member']]) {
    await change(server, user('ada', { roles }));
    expect(await statuses(server, token)).toEqual([200]);
    expect(await known()).toEqual(before);
  }
});

test('personal keys: belong to their user by id, not to a later user of that name', async () => {
  const server = await place.start();
  await keysOf(server);
  const revoke = (token: string) => server.ask('POST /v1/keys/personal/revoke', { token });
  await removePerson(server, 'ada');
  const namesake = await joined(server, 'ada');
  expect((await revoke(namesake)).status).toBe(403);
});

test.each<readonly [string, (server: TestServer, key: string) => Promise<unknown>]>([
  [
    'the version of the key is revoked',
    async ({ hand }) =>
      unwrap(await hand.store.request({ kind: 'revoke', object: keyRef('app'), overlapMs: 0 }, CALLER)),
  ],
  ['the key is stopped', async (server) => server.asRoot('POST /v1/keys/app/deactivate')],
  ['the key is removed', async ({ hand }) => unwrap(await hand.remove(keyRef('app')))],
  ['the key expires', async ({ clock }) => clock.advance(2 * HOUR_MS)],
  [
    'whoever holds the key revokes it',
    (server, key) => server.ask('POST /v1/revoke', { token: key, body: { token: key } }),
  ],
])('the access token of a key dies when %s', async (_, effect) => {
  const server = await place.start();
  await server.hand.create(apiKey('app', { expiresAfter: '2h' }));
  const key = (await server.hand.rollOut('app', 1)).reveal();
  const token = await exchanged(server, key);
  expect(await statuses(server, token)).toEqual([200]);
  await effect(server, key);
  expect(await statuses(server, token)).toEqual([401]);
});

test.each<
  readonly [
    string,
    (server: TestServer, own: { id: string; session: string; token: string }) => Promise<unknown>,
  ]
>([
  [
    'is deleted',
    (server, { id, session }) =>
      server.ask(`DELETE /v1/auth/personal-access-tokens/${id}`, { token: session }),
  ],
  [
    'is rotated',
    (server, { id, session }) =>
      server.ask(`POST /v1/personal-access-tokens/${id}/rotate`, { token: session }),
  ],
  ['is revoked', (server, { token }) => server.asRoot('POST /v1/revoke', { token })],
  ['loses its person for a while', (server) => change(server, user('ada', { status: 'deactivated' }))],
  ['loses its person', (server) => removePerson(server, 'ada')],
])('the access token of a personal access token dies when that %s', async (_, effect) => {
  const server = await place.start();
  const session = await joined(server, 'ada');
  const own = await pat(server, session);
  const token = await exchanged(server, own.token);
  expect(await statuses(server, own.token, token)).toEqual([200, 200]);
  await effect(server, { ...own, session });
  expect(await statuses(server, own.token, token)).toEqual([401, 401]);
});

test('the access token of the root token dies with it, and it does not come back', async () => {
  const server = await place.start();
  const token = await exchanged(server, ROOT);
  expect((await server.asRoot('POST /v1/revoke', { token: ROOT })).status).toBe(200);
  expect(await statuses(server, ROOT, token)).toEqual([401, 401]);
});

test('a session that is revoked ends with all its tokens, and no other', async () => {
  const server = await place.start();
  const first = await joined(server, 'ada');
  const { accessToken: second } = (
    await server.ask('POST /v1/auth/refresh-token', { body: JSON.stringify(first) })
  ).body;
  const { accessToken: other } = (await login(server, 'ada@example.com')).body;
  expect((await server.ask('POST /v1/revoke', { token: other, body: { token: first } })).status).toBe(200);
  expect(await statuses(server, first, second, other)).toEqual([401, 401, 200]);
});
