/** How guests sign in over HTTP (F11, F12, F13): by the links that others make, into what is open to them. */
import type { EnvironmentSpec } from '../../src/domain/kinds/index.js';
import { HOUR_MS, MINUTE_MS } from '../../src/domain/time.js';
import { change, joined, statuses } from '../support/http-people.js';
import { httpPlace, type TestServer } from '../support/http-world.js';
import { guest, space } from '../support/plan-declarations.js';
import { environment, OURS, unwrap } from '../support/store.js';

const place = httpPlace();

async function withGuest(spec: EnvironmentSpec = {}): Promise<TestServer> {
  const server = await place.start();
  const production = environment('production', { isProd: true, ...spec });
  const { revision } = await server.hand.fetch({ kind: 'Environment', name: 'production' });
  unwrap(await server.hand.mutate({ kind: 'update', declaration: production, ownership: OURS, revision }));
  for (const name of ['open', 'closed']) await server.hand.create(space(name, 'contacts', 'orders'));
  await server.hand.create(guest('visitor', { email: 'visitor@example.com', grants: [{ space: 'open' }] }));
  return server;
}

const magicLink = async (server: TestServer) =>
  (await server.asRoot('POST /v1/guest-links', { guest: 'production/visitor' })).body.data;

const comeIn = (server: TestServer, body: object) => server.ask('POST /v1/auth', { body });

const spacesOf = async (server: TestServer, token: string): Promise<readonly string[]> =>
  (await server.ask('GET /v1/spaces', { token })).body.data.map((one: { name: string }) => one.name);

test('F11, F12: a magic link is good once, for a quarter of an hour; the guest is in for an hour and sees what is theirs', async () => {
  const server = await withGuest();
  const { token, expiresAt } = await magicLink(server);
  expect(Date.parse(expiresAt)).toBe(server.clock.now() + 15 * MINUTE_MS);
  const got = await comeIn(server, { token });
  expect(got.body).toMatchObject({ expiresIn: '3600', email: 'visitor@example.com' });
  expect(await spacesOf(server, got.body.accessToken)).toEqual(['open']);
  expect((await comeIn(server, { token })).status).toBe(401);
  server.clock.advance(HOUR_MS);
  expect(await statuses(server, got.body.accessToken)).toEqual([401]);
  const late = await magicLink(server);
  server.clock.advance(15 * MINUTE_MS);
  expect((await comeIn(server, { token: late.token })).status).toBe(401);
});

test('F11, shared link: admits its holder to its space alone, where the environment allows it', async () => {
  const server = await withGuest({ guestAuthentication: ['shared_link'] });
  const { data } = (await server.asRoot('POST /v1/guest-links', { space: 'production/closed' })).body;
  const known = await comeIn(server, { type: 'sharedLink', token: data.token, email: 'visitor@example.com' });
  const fresh = await comeIn(server, { token: data.token, email: 'new@example.com', name: 'New' });
  for (const { body } of [known, fresh]) expect(await spacesOf(server, body.accessToken)).toEqual(['closed']);
  const refused = await server.asRoot('POST /v1/guest-links', { guest: 'production/visitor' });
  expect([refused.status, refused.body.code]).toEqual([409, 'conflict']);
  expect((await server.asRoot(`DELETE /v1/guest-links/${data.id}`)).status).toBe(200);
  expect(await statuses(server, known.body.accessToken, fresh.body.accessToken)).toEqual([401, 401]);
  expect((await comeIn(server, { token: data.token, email: 'visitor@example.com' })).status).toBe(401);
});

test('F11: guests invite guests into what is open to them, where the environment says so', async () => {
  const server = await withGuest({ guestInvites: true });
  const { accessToken: token } = (await comeIn(server, { token: (await magicLink(server)).token })).body;
  const invite = (to: string, email: string) =>
    server.ask('POST /v1/guest-invites', {
      token,
      body: { environment: 'production', email, grants: [{ space: to }] },
    });
  const invited = await invite('open', 'friend@example.com');
  expect(invited.status).toBe(201);
  const friend = await comeIn(server, { token: invited.body.data.token });
  expect(await spacesOf(server, friend.body.accessToken)).toEqual(['open']);
  expect((await invite('closed', 'other@example.com')).status).toBe(403);
  expect((await invite('open', 'friend@example.com')).status).toBe(409);
  await change(server, environment('production', { isProd: true }));
  expect((await invite('open', 'late@example.com')).status).toBe(403);
});

const asGuest = async (server: TestServer): Promise<string> =>
  (await comeIn(server, { token: (await magicLink(server)).token })).body.accessToken;

const inviteBy = (server: TestServer, token: string, email: string, more: object = {}) =>
  server.ask('POST /v1/guest-invites', {
    token,
    body: { environment: 'production', email, grants: [{ space: 'open' }], ...more },
  });

test('a guest who was invited by a guest ends with them at the latest, and may not invite', async () => {
  const server = await withGuest({ guestInvites: true });
  const shorter = guest('visitor', {
    ...{ email: 'visitor@example.com', grants: [{ space: 'open' }], expiresAfter: '2h' },
  });
  await change(server, shorter);
  const token = await asGuest(server);
  const invited = await inviteBy(server, token, 'friend@example.com', { expiresAfter: '90d' });
  const friend = (await comeIn(server, { token: invited.body.data.token })).body;
  expect((await inviteBy(server, friend.accessToken, 'other@example.com')).status).toBe(403);
  const { declaration } = await server.hand.fetchById(friend.userId);
  expect(declaration.spec).toMatchObject({ expiresAfter: '2h' });
  // The end of the inviter is put off, and then the inviter goes: no guest stays for that.
  unwrap(await server.hand.remove({ kind: 'Guest', name: 'production/visitor' }));
  expect(await statuses(server, friend.accessToken)).toEqual([401]);
});

test('a guest invites ten guests at most', async () => {
  const server = await withGuest({ guestInvites: true });
  const token = await asGuest(server);
  const statusesOf: number[] = [];
  for (let nth = 0; nth < 11; nth++)
    statusesOf.push((await inviteBy(server, token, `friend-${nth}@example.com`)).status);
  expect(statusesOf).toEqual([...Array.from({ length: 10 }, () => 201), 409]);
});

test('a visitor by shared link is a guest of that session alone, whatever address they say, and the log says so', async () => {
  const server = await withGuest({ guestAuthentication: ['magic_link', 'shared_link'] });
  const known = await server.hand.fetch({ kind: 'Guest', name: 'production/visitor' });
  const { data } = (await server.asRoot('POST /v1/guest-links', { space: 'production/open' })).body;
  const say = async (email: string) => (await comeIn(server, { token: data.token, email })).body;
  const [first, second] = [await say('visitor@example.com'), await say('visitor@example.com')];
  expect(new Set([known.id, first.userId, second.userId]).size).toBe(3);
  const log = unwrap(await server.hand.store.audit({}));
  const started = log.filter(
    ({ action, detail }) => action === 'session.started' && detail['by'] === 'shared_link',
  );
  expect(started.map(({ detail }) => detail['isAddressProven'])).toEqual([false, false]);
  expect(started.every(({ actor }) => actor.startsWith('Guest/production/visitor-'))).toBe(true);
});

test('F13: a deleted guest is refused; a guest with the same address is a new one without access', async () => {
  const server = await withGuest();
  const { accessToken, userId } = (await comeIn(server, { token: (await magicLink(server)).token })).body;
  const { token: unused } = await magicLink(server);
  unwrap(await server.hand.remove({ kind: 'Guest', name: 'production/visitor' }));
  expect(await statuses(server, accessToken)).toEqual([401]);
  await server.hand.create(guest('visitor', { email: 'visitor@example.com', grants: [] }));
  expect((await comeIn(server, { token: unused })).status).toBe(401);
  const again = (await comeIn(server, { token: (await magicLink(server)).token })).body;
  expect(again.userId).not.toBe(userId);
  expect(await spacesOf(server, again.accessToken)).toEqual([]);
});

test('guest links: need guests:write; an unknown or missing name is refused', async () => {
  const server = await withGuest();
  const member = await joined(server, 'ada');
  const ask = (body: object, token?: string) =>
    token === undefined
      ? server.asRoot('POST /v1/guest-links', body)
      : server.ask('POST /v1/guest-links', { token, body });
  expect((await ask({ guest: 'production/visitor' }, member)).status).toBe(403);
  expect((await ask({ guest: 'production/nobody' })).status).toBe(404);
  expect((await ask({ space: 'us_sp_nowhere' })).status).toBe(404);
  for (const body of [{}, { guest: 'production/visitor', space: 'production/open' }])
    expect((await ask(body)).status).toBe(400);
});

test('Flatfile’s getGuestToken and exchangeToken give an access token of the guest, or report its absence', async () => {
  const server = await withGuest();
  const { id } = await server.hand.fetch({ kind: 'Guest', name: 'production/visitor' });
  const ids = await Promise.all(
    ['open', 'closed'].map(
      async (name) => (await server.hand.fetch({ kind: 'Space', name: `production/${name}` })).id,
    ),
  );
  const asked = async (query: string) =>
    (await server.asRoot(`GET /v1/guests/${id}/token${query}`)).body.data;
  for (const query of ['', `?spaceId=${ids[0]}`]) {
    const { token, valid } = await asked(query);
    expect([valid, ...(await statuses(server, token))]).toEqual([true, 200]);
  }
  expect(await asked(`?spaceId=${ids[1]}`)).toEqual({ token: '', valid: false });
  const exchange = async (body: object) =>
    (await server.ask('POST /v1/invitations/exchange', { body })).body.data;
  const { token } = await magicLink(server);
  const good = await exchange({ token, email: null, spaceId: null });
  expect([good.valid, ...(await statuses(server, good.token))]).toEqual([true, 200]);
  for (const body of [{ token }, { email: 'visitor@example.com', spaceId: ids[0] }])
    expect(await exchange(body)).toEqual({ valid: false });
  for (const body of [{}, { email: 'visitor@example.com' }, { spaceId: ids[0] }])
    expect((await server.ask('POST /v1/invitations/exchange', { body })).status).toBe(400);
});
