/** Browsers that start with a publishable key, as Flatfile's embedded libraries do, and what guests may see (F7, F12). */
import { normalForm } from '../../src/domain/kinds/normal-form.js';
import { Space } from '../../src/domain/kinds/space.js';
import { guest } from '../support/plan-declarations.js';
import { unwrap } from '../support/store.js';
import { type Conversation, flatfilePlace, ONCE, shapes } from './harness.js';

const place = flatfilePlace();

const keyOf = async ({ server }: Conversation, name: string): Promise<string> =>
  unwrap(await server.world.store.claim({ kind: 'ApiKey', name }, { actor: 'ada', path: 'test' })).reveal();

const start = ({ server }: Conversation, key: string, body: object) =>
  server.ask(`POST /v1/internal/spaces/init?publishableKey=${key}`, {
    body: JSON.stringify(body),
    headers: { 'content-type': 'text/plain' },
  });

test('F7: a publishable key makes a space, and the access token that comes with it lasts 24 hours', async () => {
  const talk = await place.talk();
  const client = talk.as(await keyOf(talk, 'production-pk'));
  const { data } = await client.spaces.create({ name: 'Embedded', labels: ['embedded'] });
  await talk.answered(shapes.SpaceResponse, 'with more');
  const own = talk.as(data.accessToken);
  expect((await own.spaces.get(data.id)).data).toMatchObject({ name: 'Embedded', labels: ['embedded'] });
  await own.workbooks.create({ name: 'Orders', spaceId: data.id });
  await expect(client.spaces.list({}, ONCE)).rejects.toMatchObject({ statusCode: 403 });
  await expect(own.users.list({}, ONCE)).rejects.toMatchObject({ statusCode: 403 });
  talk.server.clock.advance(24 * 3_600_000);
  await expect(own.spaces.get(data.id, ONCE)).rejects.toMatchObject({ statusCode: 401 });
});

test('F7: publishable keys, their sessions and guests cannot read the account', async () => {
  const talk = await place.talk();
  const { server } = talk;
  const key = await keyOf(talk, 'production-pk');
  const { accessToken = '' } = (await talk.as(key).spaces.create({ name: 'Embedded' })).data;
  await server.hand.create(guest('auditor', { environment: 'production', grants: [] }));
  const { id } = await server.hand.fetch({ kind: 'Guest', name: 'production/auditor' });
  const { token } = (await talk.api.guests.getGuestToken(id)).data;
  for (const shown of [key, accessToken, token])
    for (const line of ['GET /v1/accounts/current', 'GET /v1/entitlements'])
      expect((await server.ask(line, { token: shown })).status).toBe(403);
});

test('embedded: a document is refused, null is accepted', async () => {
  const talk = await place.talk();
  const key = await keyOf(talk, 'development-pk');
  const space = { name: 'Import' };
  const refused = await start(talk, key, { space, document: { title: 'Hi', body: '# Hi' } });
  expect([refused.status, refused.body.errors]).toEqual([
    400,
    [{ key: 'body.document', message: expect.stringContaining('documents are not supported') }],
  ]);
  expect((await start(talk, key, { space, document: null })).status).toBe(200);
});

test('an embedded library starts with nothing but the key in the address', async () => {
  const talk = await place.talk();
  const space = {
    name: 'Import',
    namespace: 'portal',
    metadata: { userInfo: { userId: 7 } },
    autoConfigure: null,
  };
  const workbook = {
    name: 'Contacts',
    sheets: [{ name: 'Contacts', fields: [{ key: 'email', type: 'string' }] }],
  };
  const { status, body } = await start(talk, await keyOf(talk, 'development-pk'), { space, workbook });
  expect(status).toBe(200);
  expect(body.data.space).toMatchObject({ name: 'Import', namespace: 'portal', environment: 'development' });
  const own = talk.as(body.data.space.accessToken);
  const { data } = await own.workbooks.list({ spaceId: body.data.space.id });
  expect(data).toMatchObject([
    { id: body.data.workbook.id, name: 'Contacts', sheets: [{ slug: 'contacts' }] },
  ]);
});

test('nothing else starts like that: no secret key, no token, none at all; and nothing is made', async () => {
  const talk = await place.talk();
  for (const key of [await keyOf(talk, 'development-sk'), 'pk_live_nonsense', 'x'])
    expect((await start(talk, key, { space: { name: 'Import' } })).status).toBe(401);
  const environmentId = 'production';
  const key = await keyOf(talk, 'development-pk');
  expect((await start(talk, key, { space: { name: 'Import', environmentId } })).status).toBe(403);
  expect((await talk.api.spaces.list()).data).toEqual([]);
});

async function withGuest(grants: readonly { readonly space: string; readonly workbooks?: string[] }[]) {
  const talk = await place.talk();
  for (const name of ['onboarding', 'secret']) {
    const spec = normalForm(Space.schema, { environment: 'production', workbooks: ['contacts', 'orders'] });
    await talk.server.hand.create({ kind: 'Space', metadata: { name }, spec });
  }
  await talk.server.hand.create(guest('auditor', { environment: 'production', grants: [...grants] }));
  const link = await talk.server.asRoot('POST /v1/guest-links', { guest: 'production/auditor' });
  const body = { type: 'magicLink', token: link.body.data.token };
  const { body: session } = await talk.server.ask('POST /v1/auth', { body });
  const all = (await talk.api.spaces.list()).data;
  const id = (name: string) => all.find((space) => space.name === name)?.id ?? '';
  return { ...talk, guest: talk.as(session.accessToken), id };
}

test('F12: a space outside the grant does not exist for a guest, nor do its workbooks', async () => {
  const { api, guest: own, id } = await withGuest([{ space: 'onboarding' }]);
  expect((await own.spaces.list()).data.map(({ name }) => name)).toEqual(['onboarding']);
  expect((await own.workbooks.list()).data.map(({ name }) => name)).toEqual(['contacts', 'orders']);
  const [hidden] = (await api.workbooks.list({ spaceId: id('secret') })).data;
  for (const asked of [
    own.spaces.get(id('secret'), ONCE),
    own.workbooks.get(hidden?.id ?? '', ONCE),
    own.workbooks.update(hidden?.id ?? '', { name: 'mine' }, ONCE),
  ])
    await expect(asked).rejects.toMatchObject({ statusCode: 404 });
  expect((await own.workbooks.list({ spaceId: id('secret') })).data).toEqual([]);
});

test('F12: a workbook grant opens that workbook alone', async () => {
  const { api, guest: own, id } = await withGuest([{ space: 'onboarding', workbooks: ['orders'] }]);
  expect((await own.workbooks.list()).data.map(({ name }) => name)).toEqual(['orders']);
  expect((await own.spaces.list()).data).toEqual([]);
  const other = (await api.workbooks.list({ spaceId: id('onboarding') })).data.find(
    ({ name }) => name === 'contacts',
  );
  await expect(own.workbooks.get(other?.id ?? '', ONCE)).rejects.toMatchObject({ statusCode: 404 });
});

test('guests work on what is in their workbooks, and neither make nor remove any', async () => {
  const { guest: own, id } = await withGuest([{ space: 'onboarding' }]);
  const [contacts] = (await own.workbooks.list()).data;
  expect((await own.workbooks.update(contacts?.id ?? '', { name: 'People' })).data.name).toBe('People');
  await expect(own.workbooks.create({ name: 'Mine', spaceId: id('onboarding') }, ONCE)).rejects.toMatchObject(
    { statusCode: 403 },
  );
  await expect(own.workbooks.delete(contacts?.id ?? '', ONCE)).rejects.toMatchObject({ statusCode: 403 });
  await expect(own.spaces.update(id('onboarding'), { name: 'Mine' }, ONCE)).rejects.toMatchObject({
    statusCode: 403,
  });
});
