/** Sessions and personal access tokens: seen, ended, with an end, and over when they are not used. */
import { DAY_MS, HOUR_MS } from '../../src/domain/time.js';
import { exchanged, joined, login, pat, statuses } from '../support/http-people.js';
import { httpPlace, ROOT, type TestServer } from '../support/http-world.js';
import { apiKey } from '../support/store.js';

const place = httpPlace();

interface Shown {
  readonly id: string;
  readonly kind: string;
  readonly holder: string;
  readonly isCurrent: boolean;
}

const list = async (server: TestServer, token: string, query = ''): Promise<readonly Shown[]> =>
  (await server.ask(`GET /v1/sessions${query}`, { token })).body.data;

test('people see and end their own, and administrators those of others', async () => {
  const server = await place.start();
  const first = await joined(server, 'ada');
  const second = (await login(server, 'ada@example.com')).body.accessToken;
  const { token: laptop } = await pat(server, second, 'laptop');
  const own = [...(await list(server, second))].sort((a, b) =>
    a.kind + a.isCurrent < b.kind + b.isCurrent ? 1 : -1,
  );
  expect(own.map(({ kind, holder, isCurrent }) => [kind, holder, isCurrent])).toEqual([
    ['session', 'User/ada', true],
    ['session', 'User/ada', false],
    ['personal-access-token', 'User/ada', false],
  ]);
  const mallory = await joined(server, 'mallory');
  expect((await server.ask('GET /v1/sessions?user=ada', { token: mallory })).status).toBe(403);
  const end = (token: string, id: string) => server.ask(`DELETE /v1/sessions/${id}`, { token });
  expect((await end(mallory, own[1]?.id ?? '')).status).toBe(404);
  expect((await end(second, own[1]?.id ?? '')).body).toEqual({ data: { ended: 1 } });
  expect(await statuses(server, first, second, laptop)).toEqual([401, 200, 200]);
  expect((await server.ask('DELETE /v1/sessions', { token: second })).body).toEqual({ data: { ended: 1 } });
  expect(await statuses(server, second, laptop)).toEqual([200, 401]);
  const boss = await joined(server, 'boss', { roles: ['administrator'] });
  expect(await list(server, boss, '?user=ada@example.com')).toHaveLength(1);
  expect((await server.ask('DELETE /v1/sessions?user=ada', { token: boss })).body.data).toEqual({ ended: 1 });
  expect(await statuses(server, second)).toEqual([401]);
  // Owners are looked after by owners.
  expect((await server.ask('GET /v1/sessions?user=owner', { token: boss })).status).toBe(403);
  expect((await server.ask('GET /v1/sessions?user=owner', { token: ROOT })).status).toBe(200);
});

test('what a key was exchanged for is seen and ended by who may end the key', async () => {
  const server = await place.start();
  await server.hand.create(apiKey('app'));
  const token = (await server.hand.rollOut('app', 1)).reveal();
  const session = await exchanged(server, token);
  const [one] = await list(server, ROOT, '?key=app');
  expect(one).toMatchObject({ kind: 'session', holder: 'ApiKey/app' });
  expect((await server.asRoot('DELETE /v1/sessions?key=app')).body.data).toEqual({ ended: 1 });
  expect(await statuses(server, session, token)).toEqual([401, 200]);
});

test('a token and a session end when they are meant to, and no rotation puts that off', async () => {
  const server = await place.start();
  const session = await joined(server, 'ada');
  const expiresAt = new Date(server.clock.now() + HOUR_MS).toISOString();
  const made = await server.ask('POST /v1/auth/personal-access-tokens', {
    token: session,
    body: { name: 'ci', expiresAt },
  });
  const { token, personalAccessToken } = made.body.data;
  expect(personalAccessToken.expiresAt).toBe(expiresAt);
  const past = new Date(server.clock.now() - 1).toISOString();
  const late = { token: session, body: { name: 'late', expiresAt: past } };
  expect((await server.ask('POST /v1/auth/personal-access-tokens', late)).status).toBe(400);
  const rotated = await server.ask(`POST /v1/personal-access-tokens/${personalAccessToken.id}/rotate`, {
    token: session,
    body: {},
  });
  expect(rotated.body.data.personalAccessToken.expiresAt).toBe(expiresAt);
  const short = await server.ask('POST /v1/auth', {
    body: { email: 'ada@example.com', password: 'correct horse battery', expiresAt },
  });
  expect(short.body.expiresIn).toBe('3600');
  const of = await exchanged(server, rotated.body.data.token);
  expect(await statuses(server, token, rotated.body.data.token, of, short.body.accessToken)).toEqual([
    401, 200, 200, 200,
  ]);
  // Nor does it make one that lasts.
  for (const by of [rotated.body.data.token, of]) {
    const more = await pat(server, by, 'more');
    const shown = (await list(server, session)).find(({ id }) => id === more.id);
    expect(shown).toMatchObject({ expiresAt });
  }
  server.clock.advance(HOUR_MS);
  expect(await statuses(server, rotated.body.data.token, of, short.body.accessToken)).toEqual([
    401, 401, 401,
  ]);
});

test('a session unused for a week is over; one that is refreshed continues', async () => {
  const server = await place.start();
  const refreshed = async (token: string) =>
    server.ask('POST /v1/auth/refresh-token', { body: JSON.stringify(token) });
  let used: string = await joined(server, 'ada');
  const [idle] = await list(server, used);
  const other = (await login(server, 'ada@example.com')).body.accessToken;
  expect(idle?.kind).toBe('session');
  for (let day = 0; day < 8; day++) {
    server.clock.advance(DAY_MS - HOUR_MS);
    used = (await refreshed(used)).body.accessToken;
  }
  expect(await statuses(server, used)).toEqual([200]);
  expect(await list(server, used)).toHaveLength(1);
  expect((await refreshed(other)).status).toBe(401);
});

test('in an emergency signing keys are replaced at once: no access token from before is good', async () => {
  const server = await place.start();
  const session = await joined(server, 'ada');
  const own = (await pat(server, session)).token;
  const owner = await exchanged(server, ROOT);
  expect(
    (await server.ask('POST /v1/signing-keys/rotate', { token: session, body: { immediately: true } }))
      .status,
  ).toBe(403);
  await server.asRoot('POST /v1/signing-keys/rotate', {});
  expect(await statuses(server, session)).toEqual([200]);
  await server.asRoot('POST /v1/signing-keys/rotate', { immediately: true });
  expect(await statuses(server, session, owner, own, ROOT)).toEqual([401, 401, 200, 200]);
  const { keys } = (await server.ask('GET /v1/.well-known/jwks.json')).body;
  expect(keys).toHaveLength(1);
  expect(await statuses(server, (await login(server, 'ada@example.com')).body.accessToken)).toEqual([200]);
});
