/** Guests through Flatfile's own client (F11–F13). */
import { normalForm } from '../../src/domain/kinds/normal-form.js';
import { Space } from '../../src/domain/kinds/space.js';
import { guest } from '../support/plan-declarations.js';
import { flatfilePlace, ONCE, shapes } from './harness.js';

const place = flatfilePlace();

async function withSpaces() {
  const talk = await place.talk();
  for (const name of ['onboarding', 'billing']) {
    const spec = normalForm(Space.schema, { environment: 'production', workbooks: ['contacts', 'orders'] });
    await talk.server.hand.create({ kind: 'Space', metadata: { name }, spec });
  }
  const { data: spaces } = await talk.api.spaces.list();
  const id = (name: string) => spaces.find((space) => space.name === name)?.id ?? '';
  const workbook = async (space: string, name: string) =>
    (await talk.api.workbooks.list({ spaceId: id(space) })).data.find((one) => one.name === name)?.id ?? '';
  return { ...talk, environmentId: spaces[0]?.environmentId ?? '', id, workbook };
}

const GUS = { email: 'gus@example.com', name: 'Mr. Guest' };

test('F12: the guide’s guest, with one workbook of one space, is as the guide has it and gets in there alone', async () => {
  const { api, as, answered, environmentId, id, workbook } = await withSpaces();
  const spaces = [{ id: id('onboarding'), workbooks: [{ id: await workbook('onboarding', 'orders') }] }];
  const { data } = await api.guests.create([{ environmentId, ...GUS, spaces }]);
  await answered(shapes.CreateGuestResponse, 'with more');
  expect(data).toMatchObject([{ environmentId, ...GUS, spaces }]);
  const { data: token } = await api.guests.getGuestToken(data[0]?.id ?? '');
  const own = as(token.token);
  expect((await own.workbooks.list()).data.map(({ name, spaceId }) => [name, spaceId])).toEqual([
    ['orders', id('onboarding')],
  ]);
  expect((await own.guests.get(data[0]?.id ?? '')).data.email).toBe(GUS.email);
});

test('the single object that the guide sends makes one guest, too', async () => {
  const { server, environmentId, id } = await withSpaces();
  const body = { environmentId, ...GUS, spaces: [{ id: id('onboarding') }] };
  const made = await server.asRoot('POST /v1/guests', body);
  expect([made.status, made.body.data.length]).toEqual([201, 1]);
  expect((await server.asRoot('POST /v1/guests', body)).status).toBe(409);
});

test('of several guests all are made, or none', async () => {
  const { api, environmentId, id } = await withSpaces();
  const one = { environmentId, ...GUS, spaces: [{ id: id('onboarding') }] };
  const lost = { ...one, email: 'lost@example.com', spaces: [{ id: 'us_sp_nowhere' }] };
  await expect(api.guests.create([one, lost], ONCE)).rejects.toMatchObject({ statusCode: 422 });
  expect((await api.guests.list({ spaceId: id('onboarding') })).data).toEqual([]);
});

test('F12: a guest is let into further spaces, listed in each, and let out of one', async () => {
  const { api, answered, environmentId, id } = await withSpaces();
  const { data } = await api.guests.create([{ environmentId, ...GUS, spaces: [{ id: id('onboarding') }] }]);
  const guestId = data[0]?.id ?? '';
  await api.guests.update(guestId, { spaces: [{ id: id('onboarding') }, { id: id('billing') }] });
  await answered(shapes.GuestResponse, 'with more');
  const inSpace = async (name: string) =>
    (await api.guests.list({ spaceId: id(name), email: GUS.email })).data.length;
  expect([await inSpace('onboarding'), await inSpace('billing')]).toEqual([1, 1]);
  await answered(shapes.ListGuestsResponse, 'with more');
  await api.guests.delete(guestId, { spaceId: id('billing') });
  await answered(shapes.Success, 'exactly');
  expect([await inSpace('onboarding'), await inSpace('billing')]).toEqual([1, 0]);
});

test('F13: a guest who is deleted has nothing open any more, and the same address is a new guest with nothing of it', async () => {
  const { api, as, environmentId, id, server } = await withSpaces();
  const first = (await api.guests.create([{ environmentId, ...GUS, spaces: [{ id: id('onboarding') }] }]))
    .data[0];
  const { token } = (await api.guests.getGuestToken(first?.id ?? '')).data;
  await api.guests.delete(first?.id ?? '');
  expect((await server.ask('GET /v1/spaces', { token: token ?? '' })).status).toBe(401);
  const second = (await api.guests.create([{ environmentId, ...GUS, spaces: [] }])).data[0];
  expect([second?.id === first?.id, second?.spaces]).toEqual([false, []]);
  const { data } = await api.guests.getGuestToken(second?.id ?? '');
  expect((await as(data.token).spaces.list()).data).toEqual([]);
});

test('a guest whom documents declare is shown by ids, and saying the same by ids changes nothing', async () => {
  const { api, server, workbook, id } = await withSpaces();
  const grants = [{ space: 'onboarding', workbooks: ['orders'] }];
  await server.hand.create(guest('auditor', { environment: 'production', grants }));
  const before = await server.hand.fetch({ kind: 'Guest', name: 'production/auditor' });
  const [shown] = (await api.guests.list({ spaceId: id('onboarding') })).data;
  expect(shown?.spaces).toEqual([
    { id: id('onboarding'), workbooks: [{ id: await workbook('onboarding', 'orders') }] },
  ]);
  await api.guests.update(before.id, { spaces: shown?.spaces ?? [] });
  expect(await server.hand.fetch({ kind: 'Guest', name: 'production/auditor' })).toEqual(before);
});

test('no workbooks of a list open nothing, and those of another space are refused', async () => {
  const { api, environmentId, id, workbook } = await withSpaces();
  const none = { environmentId, ...GUS, spaces: [{ id: id('onboarding'), workbooks: [] }] };
  expect((await api.guests.create([none])).data[0]?.spaces).toEqual([]);
  const other = [{ id: id('onboarding'), workbooks: [{ id: await workbook('billing', 'orders') }] }];
  const wrong = { ...none, email: 'x@example.com', spaces: other };
  await expect(api.guests.create([wrong], ONCE)).rejects.toMatchObject({ statusCode: 422 });
});

test('F11: an invitation creates a magic link that is valid once', async () => {
  const { api, environmentId, id, answered, raw, server } = await withSpaces();
  const { data } = await api.guests.create([{ environmentId, ...GUS, spaces: [{ id: id('onboarding') }] }]);
  await api.guests.invite([{ guestId: data[0]?.id ?? '', spaceId: id('onboarding'), fromName: 'Ada' }]);
  await answered(shapes.Success, 'with more');
  const body = { type: 'magicLink', token: raw().data.links[0].token };
  expect((await server.ask('POST /v1/auth', { body })).status).toBe(200);
  expect((await server.ask('POST /v1/auth', { body })).status).toBe(401);
});

test('F12: an invitation into a further space opens it, and one into a space that is open in part opens no more of it', async () => {
  const { api, environmentId, id, workbook } = await withSpaces();
  const some = { id: id('onboarding'), workbooks: [{ id: await workbook('onboarding', 'orders') }] };
  const { data } = await api.guests.create([{ environmentId, ...GUS, spaces: [some] }]);
  const guestId = data[0]?.id ?? '';
  await api.guests.invite(['onboarding', 'billing'].map((name) => ({ guestId, spaceId: id(name) })));
  const { spaces } = (await api.guests.get(guestId)).data;
  expect([...spaces].sort((a, b) => Number(b.id === some.id) - Number(a.id === some.id))).toEqual([
    some,
    { id: id('billing') },
  ]);
});

test('an invitation into a space that is not there, or of another environment, is refused, and opens nothing', async () => {
  const { api, environmentId, id } = await withSpaces();
  const { data } = await api.guests.create([{ environmentId, ...GUS, spaces: [] }]);
  const guestId = data[0]?.id ?? '';
  const development = (await api.environments.list()).data.find(({ isProd }) => !isProd)?.id ?? '';
  const { data: elsewhere } = await api.spaces.create({ name: 'elsewhere', environmentId: development });
  for (const [spaceId, statusCode] of [
    ['us_sp_nowhere', 422],
    [elsewhere.id, 409],
  ] as const) {
    const both = [id('billing'), spaceId].map((one) => ({ guestId, spaceId: one }));
    await expect(api.guests.invite(both, ONCE)).rejects.toMatchObject({ statusCode });
  }
  expect((await api.guests.get(guestId)).data.spaces).toEqual([]);
});

test('what the client sends of a grant beside the places says nothing, and a sheet is refused rather than passed over', async () => {
  const { api, server, environmentId, id } = await withSpaces();
  // As the client sends what is undefined.
  const whole = { id: id('onboarding'), workbooks: null, sheets: null, lastAccessed: new Date(0) };
  const made = await server.asRoot('POST /v1/guests', [{ environmentId, ...GUS, spaces: [whole] }]);
  const [{ id: guestId }] = made.body.data;
  expect((await api.guests.get(guestId)).data.spaces).toEqual([{ id: id('onboarding') }]);
  const body = { spaces: [{ id: id('onboarding'), sheets: [{ id: 'us_sh_1' }] }] };
  const refused = await server.asRoot(`PATCH /v1/guests/${guestId}`, body);
  expect([refused.status, refused.body.errors]).toEqual([
    400,
    [{ key: 'body.spaces.0.sheets', message: expect.stringContaining('spaces and workbooks') }],
  ]);
});

test.each(['', 'Gus\u0007', '\u202esuG'])(
  'a guest is not renamed to %j, which cannot be read',
  async (name) => {
    const { api, environmentId } = await withSpaces();
    const { data } = await api.guests.create([{ environmentId, ...GUS, spaces: [] }]);
    const renamed = api.guests.update(data[0]?.id ?? '', { name }, ONCE);
    await expect(renamed).rejects.toMatchObject({ statusCode: 400 });
  },
);
