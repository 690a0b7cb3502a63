/** Lists that are short: whole as Flatfile's client reads them, and by cursor as every list of Keywright's. */
import { httpPlace, type TestServer } from '../support/http-world.js';
import { service } from '../support/store.js';

const place = httpPlace();

/** All pages of two, put together. `between` runs after the first. */
async function paged(server: TestServer, list: string, between?: () => Promise<unknown>) {
  const seen: { readonly id?: string; readonly name?: string; readonly seq?: number }[] = [];
  for (let cursor = ''; ; ) {
    const { body } = await server.asRoot(`GET /v1/${list}?limit=2${cursor}`);
    expect(body.data.length).toBeLessThanOrEqual(2);
    seen.push(...body.data);
    if (body.nextCursor === null) return seen;
    if (cursor === '') await between?.();
    cursor = `&cursor=${body.nextCursor}`;
  }
}

const makeRole = (server: TestServer, name: string) =>
  server.asRoot('POST /v1/roles', { name, scope: 'tenant', permissions: ['keys:read'] });

test('roles by pages are the roles of the whole list, in its order', async () => {
  const server = await place.start();
  for (const name of ['b', 'c', 'a']) await makeRole(server, name);
  const whole = (await server.asRoot('GET /v1/roles')).body;
  expect([whole.data.length, whole.nextCursor]).toEqual([10, null]);
  expect(await paged(server, 'roles')).toEqual(whole.data);
});

test('a role that goes between two pages takes no other with it', async () => {
  const server = await place.start();
  for (const name of ['a', 'b', 'c', 'd']) await makeRole(server, name);
  const seen = await paged(server, 'roles', () => server.asRoot('DELETE /v1/roles/a'));
  expect(seen.map(({ name }) => name).slice(-3)).toEqual(['b', 'c', 'd']);
});

test('the log and the instances go by cursor too', async () => {
  const server = await place.start();
  for (const name of ['a', 'b']) await server.hand.create(service(name));
  const { data } = (await server.asRoot('GET /v1/audit?limit=200')).body;
  expect((await paged(server, 'audit')).map(({ seq }) => seq)).toEqual(
    data.map(({ seq }: { seq: number }) => seq),
  );
  const { accounts } = server.world;
  for (const id of ['us_ins_c', 'us_ins_a', 'us_ins_b'])
    await accounts.seen({ id, kind: 'verifier', name: 'checkout:1', version: '1', startedAt: 0 });
  const ids = (await paged(server, 'instances')).map(({ id }) => id);
  expect(ids).toEqual(['us_ins_a', 'us_ins_b', 'us_ins_c']);
});
