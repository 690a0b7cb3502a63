/** Keys of an environment as Flatfile's client asks for them: the same as under /keys. */
import { joined, statuses } from '../support/http-people.js';
import { httpPlace, ROOT } from '../support/http-world.js';

const place = httpPlace();

const started = async () => {
  const server = await place.start();
  const { id } = await server.hand.fetch({ kind: 'Environment', name: 'development' });
  const ask = (line: string, token: string = ROOT) =>
    server.ask(line.replace('?', `?environmentId=${id}&`), { token });
  return { server, ask, id };
};

test('F5: an environment has a secret and a publishable key from the start; of the public one the text is shown', async () => {
  const { server, ask, id } = await started();
  const { data } = (await ask('GET /v1/auth/api-keys?')).body;
  expect(data).toMatchObject([
    {
      name: 'development-pk',
      type: 'PUBLISHABLE',
      environmentId: id,
      rawKey: expect.stringMatching(/^pk_test_/),
    },
    { name: 'development-sk', type: 'SECRET', environmentId: id, operations: [] },
  ]);
  expect(data[1].rawKey).toBeUndefined();
  const one = (await ask('GET /v1/auth/publishable-key?')).body.data;
  expect(one).toEqual(data[0]);
  const session = await server.ask('POST /v1/auth', { token: one.rawKey });
  expect(session.body.expiresIn).toBe('86400');
});

test('a key is made without a body, shown once, and refused as soon as it is removed', async () => {
  const { server, ask } = await started();
  const made = await ask('POST /v1/auth/api-key?type=SECRET');
  const [key] = made.body.data;
  expect(key).toMatchObject({ type: 'SECRET', rawKey: expect.stringMatching(/^sk_test_/) });
  expect(await statuses(server, key.rawKey)).toEqual([200]);
  expect(JSON.stringify((await ask('GET /v1/auth/api-keys?')).body)).not.toContain(key.rawKey);
  expect((await server.asRoot(`GET /v1/keys/${key.id}`)).body.data.name).toBe(key.name);
  expect((await ask(`DELETE /v1/auth/api-key?key=${key.id}`)).body).toEqual({ data: { success: true } });
  expect(await statuses(server, key.rawKey)).toEqual([401]);
  expect((await ask(`DELETE /v1/auth/api-key?key=${key.id}`)).status).toBe(404);
});

test('the same Idempotency-Key makes one key, and never shows its secret again', async () => {
  const { server, id } = await started();
  const ask = () =>
    server.ask(`POST /v1/auth/api-key?environmentId=${id}&type=SECRET`, {
      token: ROOT,
      headers: { 'idempotency-key': 'once' },
    });
  const [first, again] = [(await ask()).body.data[0], (await ask()).body.data[0]];
  expect([again.id, again.rawKey]).toEqual([first.id, undefined]);
});

test('T2: keys of the account are made by owners alone; a key of another environment is not there', async () => {
  const { server, ask } = await started();
  const admin = await joined(server, 'ada', { roles: ['administrator'] });
  expect((await ask('POST /v1/auth/api-key?type=SECRET', admin)).status).toBe(403);
  const { id } = await server.hand.fetch({ kind: 'ApiKey', name: 'production-sk' });
  expect((await ask(`DELETE /v1/auth/api-key?key=${id}`)).status).toBe(404);
  expect((await server.asRoot('GET /v1/auth/api-keys?environmentId=us_env_nowhere')).status).toBe(404);
  expect((await server.asRoot('GET /v1/auth/api-keys')).status).toBe(400);
});
