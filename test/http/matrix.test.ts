/** Every route and every sort of caller: who lacks the permission of a route gets no further, whatever they send. */

import type { Route } from '../../src/http/route.js';
import { ROUTES } from '../../src/main/routes.js';
import { joined } from '../support/http-people.js';
import { httpPlace, type TestServer } from '../support/http-world.js';
import { role } from '../support/plan-declarations.js';
import { apiKey, service } from '../support/store.js';

const place = httpPlace();

const known = ROUTES.filter((route): route is Route => !route.isOpen);
const guarded = known.filter(({ permission }) => permission !== undefined);
const permissions = [...new Set(guarded.map(({ permission = '' }) => permission))].sort();

const lineOf = ({ method, path }: Pick<Route, 'method' | 'path'>): string =>
  `${method} /v1${path.replaceAll(/\{\w+\}/g, 'nobody')}`;

/** The status without reading a stream to its end. */
async function statusOf(server: TestServer, route: Route, token?: string): Promise<number> {
  const [method = '', path = ''] = lineOf(route).split(' ');
  const response = await fetch(server.url + path, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      'content-type': 'application/json',
    },
    ...(route.body !== undefined && { body: '"x"' }),
  });
  await response.body?.cancel();
  return response.status;
}

async function statusesOf(server: TestServer, routes: readonly Route[], token?: string) {
  const found: Record<string, number> = {};
  for (const route of routes) found[lineOf(route)] = await statusOf(server, route, token);
  return found;
}

const all = (routes: readonly Route[], status: number): Record<string, number> =>
  Object.fromEntries(routes.map((route) => [lineOf(route), status]));

async function keyOf(server: TestServer, name: string, spec: object): Promise<string> {
  await server.hand.create(apiKey(name, spec));
  return (await server.hand.rollOut(name, 1)).reveal();
}

test('authentication: every route that is not open answers 401 without a valid credential', async () => {
  const server = await place.start();
  expect(await statusesOf(server, known)).toEqual(all(known, 401));
  expect(await statusesOf(server, known, 'a guess')).toEqual(all(known, 401));
});

test('a publishable key, and a key without permissions, get into no route that asks for one', async () => {
  const server = await place.start();
  await server.hand.create(service('none', { permissions: [] }));
  const publishable = await keyOf(server, 'browser', { type: 'publishable' });
  const powerless = await keyOf(server, 'powerless', { owner: { service: 'none' } });
  for (const token of [publishable, powerless])
    expect(await statusesOf(server, guarded, token)).toEqual(all(guarded, 403));
});

test('F10: a member, of no team, changes nothing about the account', async () => {
  const server = await place.start();
  const token = await joined(server, 'mem');
  const changing = guarded.filter(
    ({ permission = '', scope }) =>
      !permission.endsWith(':read') && !permission.startsWith('tokens:') && scope !== 'keys',
  );
  expect(await statusesOf(server, changing, token)).toEqual(all(changing, 403));
});

test('a custom role opens the routes of its permissions, and those of no other', async () => {
  const server = await place.start();
  for (const [index, missing] of permissions.entries()) {
    const rest = permissions.filter((one) => one !== missing);
    await server.hand.create(role(`but-${index}`, rest));
    const token = await joined(server, `p${index}`, { roles: [`but-${index}`] });
    const shut = guarded.filter(({ permission, scope }) => permission === missing && scope !== 'keys');
    expect(await statusesOf(server, shut, token)).toEqual(all(shut, 403));
    const open = guarded.filter(({ permission, scope }) => permission !== missing && scope !== 'keys');
    const [one] = open;
    if (one !== undefined) expect(await statusOf(server, one, token)).not.toBe(403);
  }
}, 600_000);

test('F5: a key that may do everything by name reaches no key, space or guest of another environment', async () => {
  const server = await place.start();
  await server.hand.create(service('ops', { permissions: [...permissions] }));
  const owner = { service: 'ops' };
  const there = await keyOf(server, 'there', { environment: 'development', owner });
  await keyOf(server, 'here', { owner });
  const byId = known.filter(({ path, scope }) => path.startsWith('/keys/{id}') && scope === 'keys');
  for (const { method, path } of byId) {
    const line = `${method} /v1${path.replace('{id}', 'here')}`;
    const body = path.endsWith('acknowledge') ? { proof: 'x' } : method === 'PATCH' ? { labels: {} } : {};
    const asked = { token: there, ...(method !== 'DELETE' && method !== 'GET' && { body }) };
    expect([line, (await server.ask(line, asked)).status]).toEqual([line, 404]);
  }
});
