/** Pages of other origins: which may talk to a server from a browser, with real preflights; and which may not. */
import { parseOrigins } from '../../src/http/cors.js';
import { ROUTES } from '../../src/main/routes.js';
import { httpPlace, ROOT, type TestServer } from '../support/http-world.js';
import { apiKey, refusal, unwrap } from '../support/store.js';

const place = httpPlace();

const APP = 'https://app.example.com';
const OTHER = 'https://other.example.com';

const from = (...origins: readonly string[]) => place.start((world) => ({ ...world, origins }));

/** As a browser asks before it sends what a page wants sent. */
const preflight = (
  server: TestServer,
  line: string,
  origin: string,
  headers = 'authorization,content-type',
) => {
  const [method = '', path = ''] = line.split(' ');
  return fetch(server.url + path, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': headers,
    },
  });
};

const corsHeaders = ({ headers }: { readonly headers: Headers }) =>
  [...headers.keys()].filter((name) => name.startsWith('access-control-'));

test('CORS: an allowed origin passes the preflight and may read the response', async () => {
  const server = await from(APP, 'http://localhost:3000');
  const asked = await preflight(
    server,
    'POST /v1/spaces',
    APP,
    'authorization, content-type, x-fern-language',
  );
  expect([asked.status, await asked.text()]).toEqual([204, '']);
  expect(asked.headers.get('access-control-allow-origin')).toBe(APP);
  expect(asked.headers.get('access-control-allow-methods')).toContain('POST');
  expect(asked.headers.get('access-control-allow-headers')).toBe(
    'authorization, content-type, x-fern-language',
  );
  expect(Number(asked.headers.get('access-control-max-age'))).toBeGreaterThan(60);
  expect(asked.headers.get('vary')).toContain('Origin');
  const headers = { origin: APP };
  const answered = await server.ask('GET /v1/whoami', { token: ROOT, headers });
  const refused = await server.ask('GET /v1/whoami', { headers });
  const absent = await server.ask('GET /v1/nowhere', { headers });
  expect([answered.status, refused.status, absent.status]).toEqual([200, 401, 404]);
  for (const got of [answered, refused, absent]) {
    expect(got.headers.get('access-control-allow-origin')).toBe(APP);
    expect(got.headers.get('vary')).toContain('Origin');
    expect(got.headers.get('access-control-expose-headers')).toContain('Retry-After');
  }
});

test('a page of any other origin gets no header that lets it read, before or after', async () => {
  const server = await from(APP);
  for (const origin of [OTHER, 'null', 'http://app.example.com', `${APP}.evil.example`, `${APP}:8443`]) {
    const asked = await preflight(server, 'GET /v1/spaces', origin);
    expect([origin, asked.status, corsHeaders(asked)]).toEqual([origin, 405, []]);
    const answered = await server.ask('GET /v1/whoami', { token: ROOT, headers: { origin } });
    expect([corsHeaders(answered), answered.headers.get('vary')]).toEqual([[], 'Origin']);
  }
});

test('by default no page is let in, and nothing depends on where one is from', async () => {
  const server = await place.start();
  const asked = await preflight(server, 'GET /v1/spaces', APP);
  expect([asked.status, corsHeaders(asked)]).toEqual([405, []]);
  const answered = await server.ask('GET /v1/whoami', { token: ROOT, headers: { origin: APP } });
  expect([corsHeaders(answered), answered.headers.get('vary')]).toEqual([[], null]);
});

test('any page at all is let in to what a publishable key or a guest may ask for, and to nothing else', async () => {
  const server = await from('*');
  for (const line of [
    'POST /v1/auth',
    'POST /api/v1/internal/spaces/init',
    'POST /v1/spaces',
    'GET /v1/spaces/us_sp_a',
    'PATCH /v1/workbooks/us_wb_a',
    'GET /v1/events',
    'GET /v1/whoami',
    'GET /v1/guests/us_g_a',
  ]) {
    const asked = await preflight(server, line, OTHER);
    expect([line, asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([line, 204, '*']);
  }
  for (const line of [
    'GET /v1/keys',
    'POST /v1/keys',
    'GET /v1/audit',
    'GET /v1/secrets',
    'POST /v1/store/claim',
    'POST /v1/signing-keys/rotate',
    'POST /v1/auth/personal-access-tokens',
    'DELETE /v1/users/us_usr_a',
    'GET /v1/spaces/us_sp_a/nothing',
    'GET /metrics',
  ]) {
    const asked = await preflight(server, line, OTHER);
    expect([line, corsHeaders(asked)]).toEqual([line, []]);
  }
  const { headers } = await server.ask('GET /v1/audit', { token: ROOT, headers: { origin: OTHER } });
  expect(corsHeaders({ headers })).toEqual([]);
});

test.each([
  ['one origin', [APP]],
  ['any', ['*']],
  ['both', [APP, '*']],
])('where %s is let in, no answer lets a page send what the browser keeps for it', async (_, origins) => {
  const server = await from(...origins);
  for (const { headers } of [
    await preflight(server, 'GET /v1/spaces', APP),
    await server.ask('GET /v1/whoami', { token: ROOT, headers: { origin: APP } }),
  ]) {
    expect(headers.get('access-control-allow-origin')).not.toBeNull();
    expect(headers.get('access-control-allow-credentials')).toBeNull();
  }
});

test('F7: an embedded page starts with a publishable key from its own origin; a secret key is refused there as ever', async () => {
  const server = await from(APP);
  await server.hand.create(apiKey('browser', { type: 'publishable' }));
  const key = (await server.hand.rollOut('browser', 1)).reveal();
  const headers = { origin: APP, 'content-type': 'text/plain' };
  const body = JSON.stringify({ space: { name: 'Mine' } });
  const init = `POST /v1/internal/spaces/init?publishableKey=${key}`;
  const made = await server.ask(init, { headers, body });
  expect([made.status, made.headers.get('access-control-allow-origin')]).toEqual([200, APP]);
  const { id, accessToken: token } = made.body.data.space;
  const own = await server.ask(`GET /v1/spaces/${id}`, { token, headers: { origin: APP } });
  expect([own.status, own.headers.get('access-control-allow-origin')]).toEqual([200, APP]);
  await server.hand.create(apiKey('app'));
  const secret = await server.hand.rollOut('app', 1);
  expect((await server.ask('GET /v1/spaces', { token: secret, headers: { origin: APP } })).status).toBe(403);
});

test('a list of headers that no browser would send is not said back', async () => {
  const server = await from(APP);
  for (const wanted of ['a b', 'x'.repeat(65), Array(60).fill('x').join()]) {
    const asked = await preflight(server, 'GET /v1/spaces', APP, wanted);
    expect([asked.status, asked.headers.get('access-control-allow-headers')]).toEqual([204, null]);
  }
});

test('origins are said as browsers send them, or refused with what to say', () => {
  expect(unwrap(parseOrigins(`${APP}, http://localhost:3000 *`))).toEqual([
    APP,
    'http://localhost:3000',
    '*',
  ]);
  expect(unwrap(parseOrigins(''))).toEqual([]);
  for (const text of [
    `${APP}/`,
    'app.example.com',
    'HTTPS://app.example.com',
    `${APP}:443`,
    'null',
    'ftp://a.b',
    '*.a.b',
  ])
    expect([text, refusal(parseOrigins(text))]).toEqual([text, 'usage']);
});

test('of the routes without a permission, these are for pages of any origin', () => {
  const ids = ROUTES.flatMap((one) => (!one.isOpen && one.browsers === 'allowed' ? [one.id] : []));
  expect(ids.sort()).toEqual(['createSpace', 'getGuest', 'revokeToken', 'whoami']);
});
