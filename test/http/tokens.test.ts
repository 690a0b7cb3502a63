/** Personal access tokens (F8), and what is reported about every kind of token: whoami, introspection, revocation. */
import { SignJWT } from 'jose';
import { change, exchanged, joined, pat, statuses } from '../support/http-people.js';
import { httpPlace, ROOT, type TestServer } from '../support/http-world.js';
import { guest, space, user } from '../support/plan-declarations.js';
import { apiKey, unwrap } from '../support/store.js';

const place = httpPlace();

test('F8: a personal access token is named, shown once, and listed with its creation and its last use', async () => {
  const server = await place.start();
  const token = await joined(server, 'ada');
  const made = await server.ask('POST /v1/auth/personal-access-tokens', { token, body: { name: 'laptop' } });
  expect(made.status).toBe(201);
  const { personalAccessToken, token: own } = made.body.data;
  const list = async () => (await server.ask('GET /v1/auth/personal-access-tokens', { token })).body.data;
  const createdAt = new Date(server.clock.now()).toISOString();
  expect(await list()).toEqual([{ ...personalAccessToken, name: 'laptop', createdAt, lastUsedAt: null }]);
  expect(own.startsWith(personalAccessToken.prefix)).toBe(true);
  server.clock.advance(60_000);
  expect((await server.ask('GET /v1/whoami', { token: own })).body.data).toMatchObject({
    kind: 'person',
    environment: null,
  });
  const [listed] = await list();
  expect(listed.lastUsedAt).toBe(new Date(server.clock.now()).toISOString());
  expect(JSON.stringify(await list())).not.toContain(own);
});

test('F8: it acts with the rights that its person has when it is used', async () => {
  const server = await place.start();
  const { token } = await pat(server, await joined(server, 'ada', { roles: ['administrator'] }));
  expect((await server.ask('GET /v1/audit', { token })).status).toBe(200);
  await change(server, user('ada', { roles: ['member'] }));
  expect((await server.ask('GET /v1/audit', { token })).status).toBe(403);
});

test('F8, personal access tokens: rotated and deleted immediately, by their own user only', async () => {
  const server = await place.start();
  const session = await joined(server, 'ada');
  const first = await pat(server, session);
  const rotate = (id: string, token: string) =>
    server.ask(`POST /v1/personal-access-tokens/${id}/rotate`, { token });
  const other = await joined(server, 'bob', { roles: ['owner'] });
  expect((await rotate(first.id, other)).status).toBe(404);
  const rotated = await rotate(first.id, session);
  const { personalAccessToken, token } = rotated.body.data;
  expect([personalAccessToken.name, ...(await statuses(server, first.token, token))]).toEqual([
    'laptop',
    401,
    200,
  ]);
  const path = `DELETE /v1/auth/personal-access-tokens/${personalAccessToken.id}`;
  expect((await server.ask(path, { token: other })).status).toBe(404);
  expect((await server.ask(path, { token: session })).body).toEqual({ data: { success: true } });
  expect(await statuses(server, token)).toEqual([401]);
  expect((await server.ask(path, { token: session })).status).toBe(404);
});

test('F8, personal access tokens: refused for keys and guests, and with an unreadable name', async () => {
  const server = await place.start();
  await server.hand.create(apiKey('app', { permissions: ['*'] }));
  const key = (await server.hand.rollOut('app', 1)).reveal();
  const create = (token: string, name: string) =>
    server.ask('POST /v1/auth/personal-access-tokens', { token, body: { name } });
  expect((await create(key, 'mine')).status).toBe(403);
  for (const name of ['', '  ', 'a\u202eb', 'x'.repeat(101)])
    expect((await create(ROOT, name)).status).toBe(400);
});

/** One of each kind, by what whoami calls it. */
async function everyKind(server: TestServer): Promise<Readonly<Record<string, string>>> {
  const { hand } = server;
  await hand.create(apiKey('app', { permissions: ['spaces:read'] }));
  await hand.create(apiKey('browser', { type: 'publishable' }));
  const [key = '', publishable = ''] = [
    (await hand.rollOut('app', 1)).reveal(),
    (await hand.rollOut('browser', 1)).reveal(),
  ];
  await hand.create(space('room'));
  await hand.create(guest('visitor', { email: 'v@example.com', grants: [{ space: 'room' }] }));
  const link = (await server.asRoot('POST /v1/guest-links', { guest: 'production/visitor' })).body.data.token;
  const session = await joined(server, 'ada');
  return {
    'root by root': ROOT,
    'person by access': session,
    'person by personal': (await pat(server, session)).token,
    'key by key': key,
    'key by access': await exchanged(server, key),
    'client by access': await exchanged(server, publishable),
    'guest by access': (await server.ask('POST /v1/auth', { body: { token: link } })).body.accessToken,
  };
}

test('whoami, introspection and revocation know every kind of token', async () => {
  const server = await place.start();
  const tokens = await everyKind(server);
  unwrap(await server.world.verifier.refresh());
  const introspect = async (token: string) => (await server.asRoot('POST /v1/introspect', { token })).body;
  for (const [kind, token] of Object.entries(tokens)) {
    const { data } = (await server.ask('GET /v1/whoami', { token })).body;
    expect(`${data.kind} by ${data.credential.kind}`).toBe(kind);
    const introspected = await introspect(token);
    expect(introspected).toMatchObject({
      active: true,
      token_type: 'Bearer',
      scope: data.permissions.join(' '),
    });
    expect(introspected.exp === undefined ? null : new Date(introspected.exp * 1_000).toISOString()).toBe(
      data.expiresAt,
    );
    expect(introspected.environment ?? null).toBe(data.environment);
  }
  const { 'root by root': root = '', ...others } = tokens;
  for (const token of [...Object.values(others), root]) {
    expect((await server.asRoot('POST /v1/revoke', { token })).status).toBe(200);
    if (token !== root) expect(await introspect(token)).toEqual({ active: false });
    expect(await statuses(server, token)).toEqual([401]);
  }
});

test('a key introspects the tokens of its own environment and of people, and not of another environment', async () => {
  const server = await place.start();
  const { hand } = server;
  await hand.create(apiKey('gateway', { permissions: ['keys:verify'], environment: 'development' }));
  const gateway = (await hand.rollOut('gateway', 1)).reveal();
  const tokens = await everyKind(server);
  unwrap(await server.world.verifier.refresh());
  const active = await Promise.all(
    Object.values(tokens).map(
      async (token) =>
        (await server.ask('POST /v1/introspect', { token: gateway, body: { token } })).body.active,
    ),
  );
  expect(active).toEqual([true, true, true, false, false, false, false]);
  expect(
    (
      await server.ask('POST /v1/introspect', {
        token: tokens['person by access'] ?? '',
        body: { token: ROOT },
      })
    ).status,
  ).toBe(403);
});

test('no token is taken for one of another kind', async () => {
  const server = await place.start();
  const tokens = await everyKind(server);
  const { token: link } = (await server.asRoot('POST /v1/guest-links', { guest: 'production/visitor' })).body
    .data;
  const { checkpoint } = (await server.asRoot('GET /v1/audit/checkpoint')).body.data;
  const forged = await new SignJWT({ sid: 'us_ses_x' })
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
    .setSubject('us_usr_x')
    .setExpirationTime('1h')
    .sign(Buffer.from(JSON.stringify((await server.ask('GET /.well-known/jwks.json')).body.keys[0])));
  const [head = '', claims = ''] = (tokens['person by access'] ?? '').split('.');
  const none = `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${claims}.`;
  expect(await statuses(server, link, checkpoint, forged, none, `${head}.${claims}.AAAA`)).toEqual(
    Array(5).fill(401),
  );
  const refresh = async (token = '') =>
    (await server.ask('POST /v1/auth/refresh-token', { body: JSON.stringify(token) })).status;
  for (const kind of ['root by root', 'person by personal', 'key by key'])
    expect(await refresh(tokens[kind])).toBe(401);
  for (const token of [...Object.values(tokens), checkpoint]) {
    expect((await server.ask('POST /v1/auth', { body: { token } })).status).toBe(401);
    expect((await server.ask('POST /v1/invitations/accept', { body: { token } })).status).toBe(401);
  }
  expect((await server.ask('POST /v1/invitations/accept', { body: { token: link } })).status).toBe(401);
});

test('tokens are taken from headers alone, and from no address', async () => {
  const server = await place.start();
  for (const line of [`GET /v1/whoami?access_token=${encodeURIComponent(ROOT)}`, `GET /v1/whoami?token=x`])
    expect((await server.ask(line)).status).toBe(401);
});

test('a refusal takes as long whatever is wrong, so that its time tells nothing', async () => {
  const server = await place.start();
  await server.hand.create(apiKey('gone'));
  const gone = (await server.hand.rollOut('gone', 1)).reveal();
  unwrap(await server.hand.revoke('gone', [1]));
  for (const token of ['malformed', gone, 'a root token that nobody has set, ever', 'eyJh.eyJz.c2ln']) {
    const startedMs = server.clock.monotonicMs();
    expect((await server.ask('GET /v1/whoami', { token })).status).toBe(401);
    expect(server.clock.monotonicMs() - startedMs).toBeGreaterThanOrEqual(10);
  }
});
