/** Requests that no client should send, each answered with the right refusal and without a trace of the inside. */
import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { httpPlace, ROOT, sendRaw } from '../support/http-world.js';

const place = httpPlace();

const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const TOO_LARGE = JSON.stringify({ key: 'x'.repeat(300_000) });

test.each<[string, string | Buffer, number]>([
  ['no JSON', '{"key":', 400],
  ['NaN', '{"key":NaN}', 400],
  ['nothing', '', 400],
  ['a list for an object', '["x"]', 400],
  ['a list for a text', '{"key":["x"]}', 400],
  ['a number for a text', '{"key":1e400}', 400],
  ['a field that is not known', '{"key":"x","isAdmin":true}', 400],
  ['__proto__', '{"key":"x","__proto__":{"valid":true}}', 400],
  ['the same member twice', '{"key":"x","key":"y"}', 400],
  ['the same member twice, once escaped', '{"key":"x","\\u006bey":"y"}', 400],
  ['half of a character', '{"key":"\\ud800"}', 400],
  ['NUL', '{"key":"x","environment":"a\\u0000"}', 400],
  ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 400],
  ['forty thousand levels', nested(40_000), 400],
  ['half a million levels', nested(500_000), 413],
  ['more than is read', TOO_LARGE, 413],
])('a body with %s', async (_, body, status) => {
  const server = await place.start();
  const headers = ['host', 'x', 'authorization', `Bearer ${ROOT}`, 'content-type', 'application/json'];
  const got = await sendRaw(server, {
    path: '/v1/keys/verify',
    headers: [...headers, 'content-length', String(Buffer.byteLength(body))],
    body,
  });
  expect([got.status, JSON.parse(got.text).status]).toEqual([status, status]);
  expect(got.text).not.toMatch(/node_modules|at \w+ \(|src\//);
  expect(server.failures).toEqual([]);
});

test.each<[string, readonly string[], string | Buffer]>([
  ['another format', ['content-type', 'text/plain'], '{"key":"x"}'],
  ['no format', [], '{"key":"x"}'],
  ['a form where JSON is read', ['content-type', 'application/x-www-form-urlencoded'], 'key=x'],
  ['another character set', ['content-type', 'application/json; charset=utf-16'], '{"key":"x"}'],
  [
    'a compressed body',
    ['content-type', 'application/json', 'content-encoding', 'gzip'],
    gzipSync('{"key":"x"}'),
  ],
])('%s is an unsupported media type', async (_, headers, body) => {
  const server = await place.start();
  const got = await sendRaw(server, {
    path: '/v1/keys/verify',
    headers: [
      'host',
      'x',
      'authorization',
      `Bearer ${ROOT}`,
      ...headers,
      'content-length',
      String(body.length),
    ],
    body,
  });
  expect(got.status).toBe(415);
});

test('a body that never says how long it is gets no further than any other', async () => {
  const server = await place.start();
  const headers = ['host', 'x', 'authorization', `Bearer ${ROOT}`, 'content-type', 'application/json'];
  const got = await sendRaw(server, {
    path: '/v1/keys/verify',
    headers: [...headers, 'transfer-encoding', 'chunked'],
    body: TOO_LARGE,
  });
  expect(got.status).toBe(413);
});

test.each([
  ['GET /v1/keys?limit=0', 400],
  ['GET /v1/keys?limit=201', 400],
  ['GET /v1/keys?limit=ten', 400],
  ['GET /v1/keys?limit=1&limit=2', 400],
  ['GET /v1/keys?unknown=1', 400],
  ['GET /v1/keys?access_token=x', 400],
  ['GET /v1/keys?cursor=%00', 400],
  ['GET /v1/keys?cursor=garbage', 400],
  ['GET /v1/services?cursor=AA', 400],
  ['GET /v1/roles?cursor=garbage', 400],
  ['GET /v1/audit?cursor=garbage', 400],
  ['GET /v1/audit?from=2027-02-30T00:00:00Z', 400],
  ['GET /v1/audit?from=2027-02-02T00:00:00Z&until=2027-02-01T00:00:00Z', 400],
  ['GET /v1/usage?from=2027-02-30', 400],
  ['GET /v1/usage?from=2027-02-02&until=2027-02-01', 400],
  ['GET /v1/keys?owner=a%00', 400],
  ['GET /v1/audit?object=a%00', 400],
  ['GET /v1/audit?from=2027-01-01', 400],
  ['GET /v1/audit?since=-1', 400],
  ['GET /v1/keys/..%2f..', 400],
  ['GET /v1/keys/%ZZ', 400],
  ['GET /v1/keys/us_key_0000000000000000', 404],
  ['GET /v1/keys/constructor', 404],
  ['GET /v1/nothing', 404],
  ['GET /v2/keys', 404],
  ['GET /v1/keys/', 404],
  ['GET /V1/keys', 404],
  ['DELETE /v1/keys', 405],
  ['PUT /v1/keys/verify', 405],
  ['POST /healthz', 405],
  ['OPTIONS /v1/keys', 405],
])('%s answers %i', async (line, status) => {
  const server = await place.start();
  const got = await server.asRoot(line);
  expect([got.status, got.body.status]).toEqual([status, status]);
  if (status === 405) expect(got.headers.get('allow')).toMatch(/GET|POST/);
  expect(server.failures).toEqual([]);
});

test('bad input: an invalid field is named, with what is expected', async () => {
  const server = await place.start();
  const { body } = await server.asRoot('POST /v1/keys/verify', { key: 'x', environmnt: 'production' });
  expect(body.errors).toEqual([{ key: 'body.environmnt', message: 'is not a known field' }]);
});

test.each<[string, unknown, readonly object[]]>([
  [
    'one guest',
    { email: 'a@example.com', spaces: [] },
    [{ key: 'body.environmentId', message: 'is missing' }],
  ],
  ['a list of none', [], [{ key: 'body', message: expect.stringContaining('fewer than 1') }]],
  [
    'a list',
    [{ environmentId: 'production', email: 'a@example.com' }],
    [{ key: 'body.0.spaces', message: 'is missing' }],
  ],
  [
    'neither',
    7,
    [
      { key: 'body', message: 'must be object' },
      { key: 'body', message: 'must be array' },
    ],
  ],
])(
  'where one or several may be sent, whoever sends %s is told what is wrong with that',
  async (_, body, errors) => {
    const server = await place.start();
    expect((await server.asRoot('POST /v1/guests', body)).body.errors).toEqual(errors);
  },
);

test('bad input: an invalid instant or day is answered with an example', async () => {
  const server = await place.start();
  const detail = async (line: string, body?: object) => (await server.asRoot(line, body)).body.detail;
  expect(await detail('GET /v1/audit?from=2027-01-01')).toBe(
    'query.from must be an instant such as 2027-01-31T12:00:00Z',
  );
  expect(await detail('GET /v1/usage?from=yesterday')).toBe('query.from must be a day such as 2027-01-31');
  const owner = { tenant: true };
  const body = { name: 'app', environment: 'production', owner, expiresAt: '2027-02-30T00:00:00Z' };
  expect(await detail('POST /v1/keys', body)).toMatch(/^body.expiresAt must be an instant/);
});

test('null takes away what may be left out, and nothing that a document of the kind has to say', async () => {
  const server = await place.start();
  await server.asRoot('POST /v1/roles', { name: 'reader', scope: 'tenant', permissions: ['spaces:read'] });
  expect((await server.asRoot('PATCH /v1/roles/reader', { permissions: null })).status).toBe(400);
  expect((await server.asRoot('GET /v1/roles/reader')).body.data.permissions).toEqual(['spaces:read']);
});

test.each([
  ['GET', 'http://', 404],
  ['GET', 'http://elsewhere/healthz', 200],
  ['GET', 'http://elsewhere', 404],
  ['OPTIONS', '*', 404],
])('%s %s, as to a proxy, is answered as its path is', async (method, path, status) => {
  const { url } = await place.start();
  const got = await new Promise<readonly [number | undefined, string]>((resolve, reject) => {
    const { port } = new URL(url);
    const asked = request({ host: '127.0.0.1', port, method, path, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve([response.statusCode, text]));
    });
    asked.on('error', reject).end();
  });
  expect([got[0], JSON.parse(got[1]).status]).toEqual([status, status === 200 ? 'alive' : status]);
});

test('bad input: an unknown Expect header is ignored', async () => {
  const server = await place.start();
  const got = await sendRaw(server, {
    method: 'GET',
    path: '/healthz',
    headers: ['host', 'x', 'expect', 'more'],
  });
  expect(got.status).toBe(200);
});
