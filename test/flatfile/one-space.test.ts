/**
 * What a publishable key opens, which everybody can read who reads a page: one space of its own making, with what is in
 * it. Everything else of its environment does not exist for the session that it begins.
 */
import { unwrap } from '../support/store.js';
import { type Conversation, flatfilePlace, ONCE } from './harness.js';

const place = flatfilePlace();

const publishable = async ({ server }: Conversation, name = 'production-pk'): Promise<string> =>
  unwrap(await server.world.store.claim({ kind: 'ApiKey', name }, { actor: 'ada', path: 'test' })).reveal();

/** Two browsers that began with the same key, and a space that neither made. */
async function embedded() {
  const talk = await place.talk();
  const { data: environments } = await talk.api.environments.list();
  const environmentId = environments.find(({ name }) => name === 'production')?.id ?? '';
  const { data: other } = await talk.api.spaces.create({ name: 'Other', environmentId });
  const { data: hidden } = await talk.api.workbooks.create({ name: 'Hidden', spaceId: other.id });
  await talk.api.secrets.upsert({ name: 'A', value: 'b', environmentId });
  const key = await publishable(talk);
  const begin = async (name: string) => {
    const { data: space } = await talk.as(key).spaces.create({ name });
    const own = talk.as(space.accessToken);
    const { data: workbook } = await own.workbooks.create({ name: `of ${name}`, spaceId: space.id });
    return { space, own, workbook, token: space.accessToken ?? '' };
  };
  return {
    ...talk,
    environmentId,
    other,
    hidden,
    key,
    mine: await begin('Mine'),
    theirs: await begin('Theirs'),
  };
}

const status = (asked: Promise<unknown>): Promise<number> =>
  asked.then(
    () => 200,
    (error: { readonly statusCode: number }) => error.statusCode,
  );

test('F7: the session of a publishable key lists and counts its own space and workbooks only', async () => {
  const { mine, raw, server } = await embedded();
  expect((await mine.own.spaces.list()).data.map(({ name }) => name)).toEqual(['Mine']);
  expect(raw().pagination.totalCount).toBe(1);
  const byCursor = await server.ask('GET /v1/spaces?limit=1', { token: mine.token });
  expect(byCursor.body.data.map(({ id }: { id: string }) => id)).toEqual([mine.space.id]);
  expect((await mine.own.workbooks.list()).data.map(({ name }) => name)).toEqual(['of Mine']);
  const { data = [] } = await mine.own.events.list({ pageSize: 100 });
  expect(new Set(data.map(({ context }) => context.spaceId))).toEqual(new Set([mine.space.id]));
});

test('F7: it works in its space, and other spaces of the environment do not exist for it', async () => {
  const { mine, theirs, other, hidden } = await embedded();
  const { own } = mine;
  expect((await own.spaces.update(mine.space.id, { name: 'Renamed' })).data.name).toBe('Renamed');
  expect((await own.workbooks.update(mine.workbook.id, { name: 'People' })).data.name).toBe('People');
  for (const { id } of [other, theirs.space])
    expect([
      await status(own.spaces.get(id, ONCE)),
      await status(own.spaces.update(id, { name: 'mine' }, ONCE)),
      await status(own.spaces.archiveSpace(id, ONCE)),
      await status(own.spaces.unarchiveSpace(id, ONCE)),
      await status(own.spaces.delete(id, ONCE)),
      await status(own.spaces.bulkDelete({ spaceIds: [mine.space.id, id] }, ONCE)),
      await status(own.workbooks.create({ name: 'x', spaceId: id }, ONCE)),
    ]).toEqual([404, 404, 404, 404, 404, 404, 404]);
  for (const { id } of [hidden, theirs.workbook])
    expect([
      await status(own.workbooks.get(id, ONCE)),
      await status(own.workbooks.update(id, { name: 'x' }, ONCE)),
      await status(own.workbooks.delete(id, ONCE)),
    ]).toEqual([404, 404, 404]);
  for (const { id } of [other, theirs.space])
    expect((await own.workbooks.list({ spaceId: id })).data).toEqual([]);
  await own.workbooks.delete(mine.workbook.id);
  await own.spaces.delete(mine.space.id);
});

test('F7: events are those of its space, said and read; those elsewhere do not exist for it', async () => {
  const { mine, theirs, environmentId, api } = await embedded();
  const said = (spaceId?: string) =>
    mine.own.events.create(
      {
        topic: 'job:completed',
        domain: 'job',
        context: { accountId: 'us_acc_a', environmentId, ...(spaceId && { spaceId }) },
        payload: {},
      },
      ONCE,
    );
  expect((await said(mine.space.id)).data.context.spaceId).toBe(mine.space.id);
  expect([await status(said(theirs.space.id)), await status(said())]).toEqual([403, 403]);
  const { data: all = [] } = await api.events.list({ pageSize: 100 });
  const elsewhere = all.filter(({ context }) => context.spaceId !== mine.space.id);
  expect(elsewhere.length).toBeGreaterThan(3);
  for (const { id } of elsewhere)
    expect([
      await status(mine.own.events.get(id, ONCE)),
      await status(mine.own.events.ack(id, ONCE)),
    ]).toEqual([404, 404]);
  expect((await mine.own.events.list({ spaceId: theirs.space.id })).data).toEqual([]);
});

test('F7: the session of a publishable key reads no secrets, guests, keys or users, and creates no links or invitations', async () => {
  const { mine, environmentId, server, api, other } = await embedded();
  const { data: guests } = await api.guests.create([
    { environmentId, email: 'gus@example.com', name: 'Gus', spaces: [{ id: mine.space.id }] },
  ]);
  const [gus] = guests;
  const { own, token } = mine;
  expect([
    await status(own.secrets.list({ environmentId }, ONCE)),
    await status(own.secrets.upsert({ name: 'A', value: 'c', spaceId: mine.space.id }, ONCE)),
    await status(own.environments.list({}, ONCE)),
    await status(own.users.list({}, ONCE)),
    await status(own.guests.get(gus?.id ?? '', ONCE)),
    await status(own.guests.getGuestToken(gus?.id ?? '', {}, ONCE)),
  ]).toEqual([403, 403, 403, 403, 404, 403]);
  expect((await own.guests.list({ spaceId: mine.space.id })).data).toEqual([]);
  for (const body of [{ guest: gus?.id }, { space: mine.space.id }, { space: other.id }])
    expect((await server.ask('POST /v1/guest-links', { token, body })).status).toBe(403);
});

test('F7: one session makes one space; what a key is exchanged for reaches none until it has made one', async () => {
  const { server, key, as, mine } = await embedded();
  const { body } = await server.ask('POST /v1/auth', { token: key });
  const fresh = as(body.accessToken);
  expect((await fresh.spaces.list()).data).toEqual([]);
  expect(await status(fresh.spaces.get(mine.space.id, ONCE))).toBe(404);
  const { data: workbook } = await fresh.workbooks.create({ name: 'First' });
  expect((await fresh.spaces.list()).data.map(({ id }) => id)).toEqual([workbook.spaceId]);
  expect([
    await status(fresh.spaces.create({ name: 'second' }, ONCE)),
    await status(mine.own.spaces.create({ name: 'second' }, ONCE)),
  ]).toEqual([403, 403]);
});

test('of two spaces that one session makes at once, one is made', async () => {
  const { server, key, as, api } = await embedded();
  const { body } = await server.ask('POST /v1/auth', { token: key });
  const made = ['a', 'b', 'c'].map((name) => status(as(body.accessToken).spaces.create({ name }, ONCE)));
  expect((await Promise.all(made)).sort()).toEqual([200, 403, 403]);
  expect((await api.spaces.list()).data.length).toBe(4);
});

test('whoami and introspection say which space it is; a refreshed token reaches that one, and none once it is gone', async () => {
  const { mine, theirs, server, as } = await embedded();
  const who = async (token: string) => (await server.ask('GET /v1/whoami', { token })).body.data;
  expect(await who(mine.token)).toMatchObject({ kind: 'client', space: mine.space.id });
  const { body: introspected } = await server.asRoot('POST /v1/introspect', { token: mine.token });
  expect(introspected).toMatchObject({ active: true, space: mine.space.id });
  const { accessToken } = await mine.own.auth.refreshToken(mine.token);
  expect((await who(accessToken)).space).toBe(mine.space.id);
  expect(await status(as(accessToken).spaces.get(theirs.space.id, ONCE))).toBe(404);
  await mine.own.spaces.delete(mine.space.id);
  for (const token of [mine.token, accessToken])
    expect((await server.ask('GET /v1/whoami', { token })).status).toBe(401);
});

test('the same request again makes no second space, and does not show the token again', async () => {
  const talk = await place.talk();
  const asked = {
    token: await publishable(talk),
    headers: { 'idempotency-key': 'once' },
    body: { name: 'Mine' },
  };
  const first = await talk.server.ask('POST /v1/spaces', asked);
  const again = await talk.server.ask('POST /v1/spaces', asked);
  expect(again.body.data.id).toBe(first.body.data.id);
  expect([typeof first.body.data.accessToken, typeof again.body.data.accessToken]).toEqual([
    'string',
    'undefined',
  ]);
});
