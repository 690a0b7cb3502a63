/** How people and programs sign in over HTTP, in the shapes of Flatfile's client, and what they get for what. */
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { DAY_MS, HOUR_MS } from '../../src/domain/time.js';
import { change, exchanged, invited, joined, login, PASSWORD, statuses } from '../support/http-people.js';
import { httpPlace, ROOT, sendRaw } from '../support/http-world.js';
import { user } from '../support/plan-declarations.js';
import { apiKey } from '../support/store.js';

const place = httpPlace();

const keyToken = async (server: Awaited<ReturnType<typeof place.start>>, name: string, spec = {}) => {
  await server.hand.create(apiKey(name, spec));
  return (await server.hand.rollOut(name, 1)).reveal();
};

test('F9: email and password, with and without the type, are exchanged for an access token of 24 hours (F10)', async () => {
  const server = await place.start();
  await joined(server, 'ada', { roles: ['administrator'] });
  server.clock.advance(467);
  const credentials = { email: 'Ada@Example.com', password: PASSWORD };
  for (const body of [credentials, { type: 'userCredentials', ...credentials }]) {
    const got = await server.ask('POST /v1/auth', { body });
    expect(got.status).toBe(200);
    expect(got.body).toMatchObject({ expiresIn: '86400', email: 'ada@example.com' });
    expect(Date.parse(got.body.expires)).toBe(Math.floor(server.clock.now() / 1_000) * 1_000 + DAY_MS);
    const who = await server.ask('GET /api/v1/whoami', { token: got.body.accessToken });
    expect(who.body.data).toMatchObject({
      kind: 'person',
      id: got.body.userId,
      roles: ['administrator'],
      credential: { kind: 'access', exchangedFor: 'password' },
    });
  }
});

test('F9: the id of a key, and its secret, are exchanged; the id of another key is not', async () => {
  const server = await place.start();
  const secret = await keyToken(server, 'app', { permissions: ['spaces:read'] });
  const { id } = await server.hand.fetch({ kind: 'ApiKey', name: 'app' });
  const ask = (clientId: string) => server.ask('POST /v1/auth', { body: { clientId, secret } });
  const got = await ask(id);
  expect(got.body.expiresIn).toBe('86400');
  const who = await server.ask('GET /v1/whoami', { token: got.body.accessToken });
  expect(who.body.data).toMatchObject({ kind: 'key', name: 'app', permissions: ['spaces:read'] });
  expect((await ask('us_key_another')).status).toBe(401);
});

test('F7: a publishable key is good for nothing but the start of a client session, of 24 hours', async () => {
  const server = await place.start();
  const publishable = await keyToken(server, 'browser', { type: 'publishable', permissions: ['*'] });
  const origin = { origin: 'https://app.example.com' };
  for (const line of ['GET /v1/keys', 'GET /v1/spaces', 'GET /v1/audit'])
    expect((await server.ask(line, { token: publishable, headers: origin })).status).toBe(403);
  const got = await server.ask('POST /v1/auth', { token: publishable, headers: origin });
  expect([got.status, got.body.expiresIn]).toEqual([200, '86400']);
  const token: string = got.body.accessToken;
  expect((await server.ask('GET /v1/spaces', { token, headers: origin })).status).toBe(200);
  expect((await server.ask('GET /v1/keys', { token, headers: origin })).status).toBe(403);
});

test('F7: a secret key that comes from a browser is refused, as a credential and as client credentials', async () => {
  const server = await place.start();
  const secret = await keyToken(server, 'app');
  const { id: clientId } = await server.hand.fetch({ kind: 'ApiKey', name: 'app' });
  const headers = { origin: 'https://app.example.com' };
  expect((await server.ask('POST /v1/auth', { token: secret, headers })).status).toBe(403);
  const body = { clientId, secret };
  expect((await server.ask('POST /v1/auth', { body, headers })).status).toBe(401);
  expect((await server.ask('POST /v1/auth', { body })).status).toBe(200);
});

test('sign-in: an unclear body is answered with what to send; two credentials are refused', async () => {
  const server = await place.start();
  for (const body of [
    {},
    { email: 'ada@example.com' },
    { type: 'apiCredentials', email: 'a@example.com', password: 'x' },
    { email: 'a@example.com', password: 'x', clientId: 'c' },
  ])
    expect((await server.ask('POST /v1/auth', { body })).body).toMatchObject({
      code: 'bad_request',
      status: 400,
    });
  const twice = await sendRaw(server, {
    path: '/v1/auth',
    headers: ['host', 'x', 'authorization', `Bearer ${ROOT}`, 'x-api-key', ROOT],
  });
  expect([twice.status, twice.headers['www-authenticate']]).toEqual([
    400,
    expect.stringContaining('invalid_request'),
  ]);
});

test('null counts as left out, and the body decides whatever the header has', async () => {
  const server = await place.start();
  await joined(server, 'ada');
  const body = { type: null, clientId: null, secret: null, email: 'ada@example.com', password: PASSWORD };
  const got = await server.ask('POST /v1/auth', { body, token: 'an old token' });
  expect([got.status, got.body.email]).toEqual([200, 'ada@example.com']);
});

test('sign-in: an unknown user, no password, a wrong password and a deactivated user get the same 401, byte for byte', async () => {
  const server = await place.start();
  await server.hand.create(user('without'));
  await joined(server, 'ada');
  await joined(server, 'gone');
  await change(server, user('gone', { status: 'deactivated' }));
  const answers = [];
  for (const [email, password] of [
    ['nobody@example.com', PASSWORD],
    ['without@example.com', PASSWORD],
    ['ada@example.com', 'a wrong password'],
    ['gone@example.com', PASSWORD],
  ] as const) {
    const got = await login(server, email, password);
    answers.push(`${got.status} ${got.text}`);
  }
  expect(new Set(answers).size).toBe(1);
  expect(answers[0]).toMatch(/^401 .*unauthenticated/);
});

test('sign-in: ten wrong passwords rate limit the address, with Retry-After', async () => {
  const server = await place.start();
  await joined(server, 'ada');
  for (let i = 0; i < 10; i++)
    expect((await login(server, 'ada@example.com', 'a guess at it')).status).toBe(401);
  const got = await login(server, 'ada@example.com');
  expect(got.status).toBe(429);
  expect(Number(got.headers.get('retry-after'))).toBeGreaterThan(0);
});

test('of wrong passwords that come at once no more than ten are tried, and right ones use nothing up', async () => {
  const server = await place.start();
  await joined(server, 'ada');
  const guesses = Array.from({ length: 40 }, () => login(server, 'ada@example.com', 'a guess at it'));
  const statusCodes = (await Promise.all(guesses)).map(({ status }) => status);
  expect(statusCodes.filter((status) => status === 401).length).toBe(10);
  expect(statusCodes.filter((status) => status === 429).length).toBe(30);
  await joined(server, 'bob');
  const right = Array.from({ length: 30 }, () => login(server, 'bob@example.com'));
  expect(new Set((await Promise.all(right)).map(({ status }) => status))).toEqual(new Set([200]));
});

test('an access token is refreshed by its text alone, and both continue', async () => {
  const server = await place.start();
  const first = await joined(server, 'ada');
  server.clock.advance(HOUR_MS);
  const got = await server.ask('POST /v1/auth/refresh-token', { body: JSON.stringify(first) });
  expect([got.status, got.body.expiresIn]).toEqual([200, '86400']);
  expect(await statuses(server, first, got.body.accessToken)).toEqual([200, 200]);
  server.clock.advance(DAY_MS - HOUR_MS);
  expect(await statuses(server, first, got.body.accessToken)).toEqual([401, 200]);
  expect((await server.ask('POST /v1/auth/refresh-token', { body: JSON.stringify(first) })).status).toBe(401);
  expect((await server.ask('POST /v1/auth/refresh-token', { body: { token: first } })).status).toBe(400);
});

test('an access token is not exchanged, so that what it stands on stays in sight', async () => {
  const server = await place.start();
  expect((await server.ask('POST /v1/auth', { token: await exchanged(server, ROOT) })).status).toBe(401);
});

test('invitation: shown once, valid once, and activates the user', async () => {
  const server = await place.start();
  await server.hand.create(user('ada', { status: 'deactivated' }));
  const token = await invited(server, 'ada');
  const accept = () => server.ask('POST /v1/invitations/accept', { body: { token, password: PASSWORD } });
  const got = await accept();
  expect([got.status, got.body.email]).toEqual([200, 'ada@example.com']);
  expect((await login(server, 'ada@example.com')).status).toBe(200);
  expect((await accept()).status).toBe(401);
});

test('an invitation lets in without a password, who then sets one', async () => {
  const server = await place.start();
  await server.hand.create(user('ada'));
  const token = await invited(server, 'ada');
  const { accessToken } = (
    await server.ask('POST /v1/invitations/accept', { body: { token, password: null } })
  ).body;
  const who = await server.ask('GET /v1/whoami', { token: accessToken });
  expect(who.body.data.credential.exchangedFor).toBe('invitation');
  const body = { password: PASSWORD };
  expect((await server.ask('PATCH /v1/users/ada/password', { token: accessToken, body })).status).toBe(200);
  expect((await login(server, 'ada@example.com')).status).toBe(200);
  await change(server, user('ada', { status: 'deactivated' }));
  expect(await statuses(server, accessToken)).toEqual([401]);
});

test('a new password needs the present one, and ends the sessions of the old one', async () => {
  const server = await place.start();
  const token = await joined(server, 'ada');
  const other = await joined(server, 'bob');
  const set = (by: string, body: object) => server.ask('PATCH /v1/users/ada/password', { token: by, body });
  const password = 'another horse entirely';
  expect((await set(token, { password })).status).toBe(403);
  expect((await set(token, { password, current: 'not the present one' })).status).toBe(403);
  expect((await set(other, { password, current: PASSWORD })).status).toBe(403);
  expect((await set(token, { password: 'short', current: PASSWORD })).status).toBe(400);
  expect(await statuses(server, token)).toEqual([200]);
  expect((await set(token, { password, current: PASSWORD })).status).toBe(200);
  expect(await statuses(server, token)).toEqual([401]);
  expect((await login(server, 'ada@example.com', password)).status).toBe(200);
});

test('F10: administrators add administrators, see keys and the log; others do not', async () => {
  const server = await place.start();
  const admin = await joined(server, 'ada', { roles: ['administrator'] });
  const member = await joined(server, 'bob');
  await server.hand.create(user('new', { roles: ['administrator'] }));
  await server.hand.create(user('boss', { roles: ['owner'] }));
  const asked = async (token: string) =>
    Promise.all(
      [
        'POST /v1/users/new/invitation',
        'POST /v1/users/boss/invitation',
        'GET /v1/audit',
        'GET /v1/keys',
      ].map(async (line) => (await server.ask(line, { token })).status),
    );
  expect(await asked(admin)).toEqual([201, 403, 200, 200]);
  expect(await asked(member)).toEqual([403, 403, 403, 200]);
});

test('key set: verifies access tokens, at the root and below the prefixes', async () => {
  const server = await place.start();
  const token = await joined(server, 'ada');
  for (const path of [
    '/.well-known/jwks.json',
    '/v1/.well-known/jwks.json',
    '/api/v1/.well-known/jwks.json',
  ]) {
    await server.ask(`GET ${path}`);
    const keys = createRemoteJWKSet(new URL(server.url + path));
    const { payload } = await jwtVerify(token, keys, {
      typ: 'at+jwt',
      currentDate: new Date(server.clock.now()),
    });
    expect(payload).toMatchObject({ sub: expect.stringMatching(/^us_usr_/), exp: expect.any(Number) });
  }
});

test('signing keys are replaced by owners; tokens of the one before are good until they end', async () => {
  const server = await place.start();
  const admin = await joined(server, 'ada', { roles: ['administrator'] });
  const kids = async () =>
    (await server.ask('GET /.well-known/jwks.json')).body.keys.map((one: { kid: string }) => one.kid);
  const [before] = await kids();
  expect((await server.ask('POST /v1/signing-keys/rotate', { token: admin })).status).toBe(403);
  expect((await server.asRoot('POST /v1/signing-keys/rotate')).status).toBe(200);
  expect(await kids()).toEqual([before, expect.any(String)]);
  expect(await statuses(server, admin)).toEqual([200]);
  server.clock.advance(DAY_MS);
  expect(await kids()).toHaveLength(1);
  expect(await kids()).not.toContain(before);
});
