/** Nothing of a body is read, let alone checked, before the credential: half a body is enough for the answer. */
import { request as plainRequest } from 'node:http';
import type { AnyRoute } from '../../src/http/route.js';
import { ROUTES } from '../../src/main/routes.js';
import { httpPlace, type TestServer } from '../support/http-world.js';

const place = httpPlace();

/** Sends the head of a request and the first byte of its body. Gives the status. */
function halfSent(server: TestServer, { method, path }: AnyRoute, query = ''): Promise<number> {
  return new Promise((resolve, reject) => {
    const url = `${server.url}/v1${path.replaceAll(/\{\w+\}/g, 'x')}${query}`;
    const headers = {
      authorization: `Bearer ${'x'.repeat(40)}`,
      'content-type': 'application/json',
      'content-length': '100000',
    };
    const asked = plainRequest(url, { method, headers, agent: false }, (response) => {
      resolve(response.statusCode ?? 0);
      asked.destroy();
    });
    asked.on('error', reject);
    asked.write('{');
  });
}

const withBody = ROUTES.filter(({ body }) => body !== undefined);
const known = withBody.filter(({ isOpen }) => !isOpen);

test('every route that asks for a credential refuses a bad one before the body is there', async () => {
  const server = await place.start();
  const answers = await Promise.all(known.map(async (route) => [route.id, await halfSent(server, route)]));
  expect(answers.length).toBeGreaterThan(40);
  expect(answers.filter(([, status]) => status !== 401)).toEqual([]);
});

test('initSpace, whose credential is in the address, refuses a bad one before the body is there', async () => {
  const server = await place.start();
  const [init] = ROUTES.filter(({ id }) => id === 'initSpace');
  expect(init && (await halfSent(server, init, '?publishableKey=pk_live_none'))).toBe(401);
});
