/** Whom spaces were opened to and closed for, as events of those spaces: through Flatfile's own client. */
import { guest } from '../support/plan-declarations.js';
import { unwrap } from '../support/store.js';
import { type Conversation, flatfilePlace, shapes } from './harness.js';

const place = flatfilePlace();

async function withSpaces() {
  const talk = await place.talk();
  const { data: environments } = await talk.api.environments.list();
  const environmentId = environments.find(({ name }) => name === 'production')?.id ?? '';
  const made = async (name: string) => (await talk.api.spaces.create({ name, environmentId })).data.id;
  return { ...talk, environmentId, a: await made('a'), b: await made('b') };
}

/** `+a` for a guest who was added to it. */
async function grantsSeen({ api }: Conversation, query = {}): Promise<readonly string[]> {
  const { data = [] } = await api.events.list({ pageSize: 100, ...query });
  const names = new Map((await api.spaces.list()).data.map(({ id, name }) => [id, name]));
  return data.flatMap(({ topic, context }) => {
    const name = names.get(context.spaceId ?? '');
    if (topic === 'space:guestAdded') return [`+${name}`];
    return topic === 'space:guestRemoved' ? [`-${name}`] : [];
  });
}

const GUS = { email: 'gus@example.com', name: 'Gus' };

test('F12, F13: each space that is opened to a guest, or closed for them, has an event of it', async () => {
  const talk = await withSpaces();
  const { api, environmentId, a, b } = talk;
  const { data } = await api.guests.create([{ environmentId, ...GUS, spaces: [{ id: a }] }]);
  const id = data[0]?.id ?? '';
  await api.guests.update(id, { spaces: [{ id: a }, { id: b }] });
  await api.guests.delete(id, { spaceId: a });
  expect(await grantsSeen(talk)).toEqual(['+a', '+b', '-a']);
  await api.guests.delete(id);
  expect(await grantsSeen(talk)).toEqual(['+a', '+b', '-a', '-b']);
  const [first] = (await api.events.list({ topic: 'space:guestAdded' })).data ?? [];
  await talk.answered(shapes.ListAllEventsResponse, 'with more');
  const { data: users } = await api.users.list();
  expect(first).toMatchObject({
    domain: 'space',
    payload: { guestId: id },
    context: { environmentId, spaceId: a, actorId: users[0]?.id },
  });
});

test('several spaces that one change opens are several events, each of its space and each found by its id', async () => {
  const talk = await withSpaces();
  const { api, environmentId, a, b } = talk;
  await api.guests.create([{ environmentId, ...GUS, spaces: [{ id: a }, { id: b }] }]);
  expect([await grantsSeen(talk, { spaceId: a }), await grantsSeen(talk, { spaceId: b })]).toEqual([
    ['+a'],
    ['+b'],
  ]);
  const { data = [] } = await api.events.list({ topic: 'space:guestAdded' });
  expect(new Set(data.map(({ id }) => id)).size).toBe(2);
  for (const event of data) expect((await api.events.get(event.id)).data).toEqual(event);
  const { data: environments } = await api.environments.list();
  const elsewhere = environments.find(({ name }) => name === 'development')?.id ?? '';
  expect([
    await grantsSeen(talk, { environmentId: elsewhere }),
    await grantsSeen(talk, { environmentId }),
  ]).toEqual([[], ['+a', '+b']]);
});

test('more or less of a space that is open anyway, and another name of it, is no coming and going', async () => {
  const talk = await withSpaces();
  const { api, environmentId, a, server } = talk;
  const { data: own } = await api.workbooks.create({ name: 'own', spaceId: a });
  const { data } = await api.guests.create([{ environmentId, ...GUS, spaces: [{ id: a }] }]);
  const id = data[0]?.id ?? '';
  await api.guests.update(id, { spaces: [{ id: a, workbooks: [{ id: own.id }] }] });
  await api.guests.update(id, { name: 'Gustav' });
  expect(await grantsSeen(talk)).toEqual(['+a']);
  const entries = unwrap(await server.world.store.audit({})).filter(({ object }) =>
    object.startsWith('Guest/'),
  );
  const whole = { space: 'a', spaceId: a };
  expect(entries.map(({ detail: { opened, closed } }) => ({ opened, closed }))).toEqual([
    { opened: [whole], closed: undefined },
    { opened: [{ ...whole, workbooks: ['own'] }], closed: [whole] },
    { opened: undefined, closed: undefined },
  ]);
});

test('guest events: the same for declared guests and guests of a shared link', async () => {
  const talk = await withSpaces();
  const { api, a, environmentId, server } = talk;
  const spec = { environment: 'production', grants: [{ space: 'b' }] };
  await server.hand.create(guest('auditor', spec));
  await api.environments.update(environmentId, { name: 'production', guestAuthentication: ['shared_link'] });
  const link = await server.asRoot('POST /v1/guest-links', { space: a });
  const body = { type: 'sharedLink', token: link.body.data.token, email: 'new@example.com' };
  expect((await server.ask('POST /v1/auth', { body })).status).toBe(200);
  expect(await grantsSeen(talk)).toEqual(['+b', '+a']);
});
