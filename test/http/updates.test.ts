/** What a manual change takes, and what it refuses, over real HTTP. */
import { joined } from '../support/http-people.js';
import { httpPlace, type TestServer } from '../support/http-world.js';
import { role } from '../support/plan-declarations.js';

const place = httpPlace();

const KEY = { name: 'billing-prod', environment: 'production', owner: { service: 'billing' } };

async function withKey(): Promise<TestServer> {
  const server = await place.start();
  await server.asRoot('POST /v1/services', { name: 'billing' });
  expect((await server.asRoot('POST /v1/keys', KEY)).status).toBe(201);
  return server;
}

test('keys: an expiry in the past is refused and changes nothing', async () => {
  const server = await withKey();
  const got = await server.asRoot('PATCH /v1/keys/billing-prod', { expiresAt: '2020-01-01T00:00:00Z' });
  expect([got.status, got.body.code]).toEqual([409, 'conflict']);
  expect(got.body.detail).toMatch(/revoke the key/);
  const { data } = (await server.asRoot('GET /v1/keys/billing-prod')).body;
  expect([data.status, data.expiresAt]).toEqual(['active', null]);
});

test('an end that is put off is in force before the answer, for the key that there is', async () => {
  const server = await withKey();
  const [soon, late] = [server.clock.now() + 3_600_000, server.clock.now() + 7_200_000].map((at) =>
    new Date(at).toISOString(),
  );
  const made = await server.asRoot('POST /v1/keys', { ...KEY, name: 'short', expiresAt: soon });
  const { secret } = made.body;
  const changed = await server.asRoot('PATCH /v1/keys/short', { expiresAt: late });
  expect(changed.body.data).toMatchObject({ status: 'active', expiresAt: late });
  server.clock.advance(3_700_000);
  const { body } = await server.asRoot('POST /v1/keys/verify', { key: secret });
  expect(body.data).toMatchObject({ code: 'VALID' });
  server.clock.advance(3_700_000);
  expect((await server.asRoot('POST /v1/keys/verify', { key: secret })).body.data.code).toBe('EXPIRED');
  await server.asRoot('PATCH /v1/keys/short', { expiresAt: null });
  expect((await server.asRoot('POST /v1/keys/verify', { key: secret })).body.data.code).toBe('EXPIRED');
});

test('a caller who puts an end off needs the rights of the key, and one who brings it forward the right to end it', async () => {
  const server = await withKey();
  const soon = new Date(server.clock.now() + 3_600_000).toISOString();
  const body = { ...KEY, name: 'strong', permissions: ['guests:write'], expiresAt: soon };
  expect((await server.asRoot('POST /v1/keys', body)).status).toBe(201);
  await server.hand.create(role('keeper', ['keys:read', 'keys:write']));
  await server.hand.create(role('ender', ['keys:read', 'keys:write', 'keys:revoke']));
  const [keeper, ender] = [
    await joined(server, 'ada', { roles: ['keeper'] }),
    await joined(server, 'bob', { roles: ['ender'] }),
  ];
  const patch = async (token: string, expiresAt: string | null) =>
    (await server.ask('PATCH /v1/keys/strong', { token, body: { expiresAt } })).status;
  const sooner = new Date(server.clock.now() + 1_800_000).toISOString();
  expect([await patch(keeper, sooner), await patch(ender, sooner)]).toEqual([403, 200]);
  expect([await patch(ender, soon), await patch(ender, null)]).toEqual([403, 403]);
});

test('null for what may be left out leaves it out when something is made, labels are taken away by it', async () => {
  const server = await withKey();
  const nulls = { role: null, permissions: null, expiresAt: null, labels: null };
  expect((await server.asRoot('POST /v1/keys', { ...KEY, name: 'other', ...nulls })).status).toBe(201);
  const service = { name: 'checkout', description: null, permissions: null, labels: null };
  expect((await server.asRoot('POST /v1/services', service)).status).toBe(201);
  for (const path of ['keys/billing-prod', 'services/billing']) {
    await server.asRoot(`PATCH /v1/${path}`, { labels: { tier: 'gold' } });
    expect((await server.asRoot(`PATCH /v1/${path}`, { labels: null })).body.data.labels).toEqual({});
  }
});

test('the owner of a team’s key is said as it is shown', async () => {
  const server = await withKey();
  await server.asRoot('POST /v1/teams', { name: 'data' });
  const owner = { team: 'data', role: 'editor' };
  const made = await server.asRoot('POST /v1/keys', { ...KEY, name: 'reports', owner });
  expect(made.body.data.owner).toEqual(owner);
  const beside = { ...KEY, name: 'export', owner: { team: 'data' }, role: 'editor' };
  expect((await server.asRoot('POST /v1/keys', beside)).body.data.owner).toEqual(owner);
});

test('roles that are built in are shown one by one as in the list, and stay as they are', async () => {
  const server = await place.start();
  for (const id of ['administrator', 'us_rol_administrator']) {
    const { body } = await server.asRoot(`GET /v1/roles/${id}`);
    expect(body.data).toMatchObject({ name: 'administrator', scope: 'tenant', permissions: ['*'] });
    const changed = await server.asRoot(`PATCH /v1/roles/${id}`, { permissions: [] });
    const removed = await server.asRoot(`DELETE /v1/roles/${id}`);
    expect([changed.status, removed.status, removed.body.code]).toEqual([409, 409, 'conflict']);
    expect(removed.body.detail).toMatch(/built in/);
  }
});
