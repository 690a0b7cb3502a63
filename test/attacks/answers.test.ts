/** What every answer has, whatever it answers: headers for browsers and caches, its type, and nothing of the inside. */
import { httpPlace, ROOT, sendRaw } from '../support/http-world.js';

const place = httpPlace();

test.each<[string, string, string, number]>([
  ['an answer', 'GET', '/v1/whoami', 200],
  ['a list', 'GET', '/v1/keys', 200],
  ['a path that is not there', 'GET', '/v1/nowhere', 404],
  ['a path that cannot be taken apart', 'GET', '/v1/keys/%zz', 400],
  ['a method that is not taken', 'PUT', '/v1/whoami', 405],
  ['TRACE', 'TRACE', '/v1/whoami', 405],
  ['a probe', 'GET', '/healthz', 200],
  ['a bug', 'GET', '/v1/accounts/current', 500],
])('%s has the headers that protect whoever reads it', async (_, method, path, status) => {
  const server = await place.start((world) => ({
    ...world,
    accounts: {
      ...world.accounts,
      account: () => {
        throw new Error('the inside of /home/keywright');
      },
    },
  }));
  const headers = ['host', 'x', 'authorization', `Bearer ${ROOT}`];
  const got = await sendRaw(server, { method, path, headers });
  expect(got.status).toBe(status);
  expect(got.headers).toMatchObject({
    'strict-transport-security': expect.stringMatching(/^max-age=31536000; includeSubDomains/),
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none';frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
    'cache-control': 'no-store',
    'content-type': expect.stringMatching(/^application\/(?:problem\+)?json; charset=utf-8$/),
  });
  expect(got.headers).not.toHaveProperty('x-powered-by');
  expect(got.headers).not.toHaveProperty('set-cookie');
  expect(got.headers).not.toHaveProperty('location');
  expect(got.text).not.toMatch(/inside|home|node_modules|\.ts|at \w+ \(/);
});
