/** Who is let in over HTTP, and what those learn who are not. */
import { httpPlace, ROOT, sendRaw } from '../support/http-world.js';
import { apiKey, CALLER, keyRef, service, unwrap } from '../support/store.js';

const place = httpPlace();

test('unknown, malformed, revoked, expired and missing credentials get one answer, byte for byte', async () => {
  const server = await place.start();
  const { hand } = server;
  await hand.create(apiKey('revoked', {}));
  await hand.create(apiKey('expired', { expiresAfter: '1h' }));
  const revoked = await hand.rollOut('revoked', 1);
  const expired = await hand.rollOut('expired', 1);
  unwrap(await hand.store.request({ kind: 'revoke', object: keyRef('revoked'), overlapMs: 0 }, CALLER));
  server.clock.advance(3_600_001);
  const unknown = `${'x'.repeat(40)} unknown`;
  const answers = [];
  for (const token of [undefined, '', 'sk_live_x', unknown, revoked, expired, 'a.b.c', 'pat_x']) {
    const got = await server.ask('GET /v1/keys', token === undefined ? {} : { token });
    const headers = [...got.headers].filter(([name]) => !/^(date|x-request-id|ratelimit)/.test(name)).sort();
    answers.push(JSON.stringify([got.status, got.text, headers]));
  }
  expect(new Set(answers).size).toBe(1);
  expect(answers[0]).toMatch(/^\[401,/);
  expect(answers[0]).toContain('www-authenticate');
});

test('two credentials, or two methods, are refused', async () => {
  const server = await place.start();
  for (const headers of [
    ['authorization', `Bearer ${ROOT}`, 'authorization', `Bearer ${ROOT}`],
    ['authorization', `Bearer ${ROOT}`, 'x-api-key', ROOT],
  ]) {
    const got = await sendRaw(server, {
      path: '/v1/whoami',
      method: 'GET',
      headers: ['host', 'x', ...headers],
    });
    expect([got.status, got.headers['www-authenticate']]).toEqual([
      400,
      expect.stringContaining('invalid_request'),
    ]);
  }
});

test('X-API-Key is as good as Authorization', async () => {
  const server = await place.start();
  const got = await server.ask('GET /v1/whoami', { headers: { 'x-api-key': ROOT } });
  expect([got.status, got.body.data.roles]).toEqual([200, ['owner']]);
});

test('a secret key from a browser is refused, good or not (F7)', async () => {
  const server = await place.start();
  await server.hand.create(apiKey('app', { permissions: ['keys:verify'] }));
  const token = await server.hand.rollOut('app', 1);
  unwrap(await server.world.verifier.refresh());
  const headers = { origin: 'https://app.example.com' };
  for (const path of ['GET /v1/whoami', 'POST /v1/keys/verify'])
    expect((await server.ask(path, { token, headers })).status).toBe(403);
});

test('rate limit: guesses are limited by address, authenticated callers are not affected', async () => {
  const server = await place.start((world) => ({
    ...world,
    limits: { ...world.limits, requestsPerMinute: 3 },
  }));
  const guess = () => server.ask('GET /v1/whoami', { token: 'a guess' });
  const statuses = [];
  for (let i = 0; i < 4; i++) statuses.push((await guess()).status);
  expect(statuses).toEqual([401, 401, 401, 429]);
  expect(Number((await guess()).headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await server.asRoot('GET /v1/whoami')).status).toBe(200);
});

test('a key sees and changes what is in its environment and no more (F5)', async () => {
  const server = await place.start();
  const { hand } = server;
  await hand.create(service('ops'));
  const permissions = ['keys:read', 'keys:write', 'keys:revoke', 'environments:read', 'audit:read'];
  await hand.create(apiKey('ops', { owner: { service: 'ops' }, permissions }));
  await hand.create(apiKey('other', { owner: { service: 'ops' }, environment: 'development' }));
  const token = await hand.rollOut('ops', 1);
  await hand.rollOut('other', 1);
  const names = async (path: string) =>
    (await server.ask(`GET ${path}`, { token })).body.data.map((one: { name: string }) => one.name);
  expect(await names('/v1/keys')).toEqual(['ops', 'production-pk', 'production-sk']);
  expect(await names('/v1/environments')).toEqual(['production']);
  expect((await server.ask('GET /v1/keys/other', { token })).status).toBe(404);
  expect((await server.ask('POST /v1/keys/other/revoke', { token })).status).toBe(404);
  expect((await server.ask('POST /v1/keys/production-sk/revoke', { token })).status).toBe(403);
  expect((await server.ask('GET /v1/users', { token })).status).toBe(403);
});

test('nothing that a caller sends is believed in a log, and no token gets there', async () => {
  const server = await place.start();
  await server.hand.create(apiKey('app'));
  const token = (await server.hand.rollOut('app', 1)).reveal();
  await sendRaw(server, {
    path: `/v1/${token}`,
    method: 'GET',
    headers: [
      'host',
      'x',
      'authorization',
      `Bearer ${token}`,
      'user-agent',
      'a\tb\u009b1m',
      'x-request-id',
      'a b',
    ],
  });
  await server.ask(`GET /v1/keys?cursor=${token}`, { token });
  const logged = JSON.stringify(server.requests);
  expect(logged).not.toContain(token);
  expect(logged).not.toMatch(/\p{Cc}/u);
  expect(server.requests.every(({ id }) => /^[A-Za-z0-9]+$/.test(id))).toBe(true);
});
