/** Users over HTTP as callers with a part of the permissions change them. */
import { joined } from '../support/http-people.js';
import { httpPlace } from '../support/http-world.js';
import { role } from '../support/plan-declarations.js';

const place = httpPlace();

test('users: with users:write alone a caller changes and deletes a user, and lists none', async () => {
  const server = await place.start();
  await server.hand.create(role('writes-users', ['users:write']));
  const token = await joined(server, 'ann', { roles: ['writes-users'] });
  await joined(server, 'bob');
  const changed = await server.ask('PATCH /v1/users/bob', { token, body: { name: 'Robert' } });
  expect([changed.status, changed.body.data?.name]).toEqual([200, 'Robert']);
  expect((await server.ask('GET /v1/users', { token })).status).toBe(403);
  expect((await server.ask('DELETE /v1/users/bob', { token })).status).toBe(200);
  expect((await server.asRoot('GET /v1/users/bob')).status).toBe(404);
});
