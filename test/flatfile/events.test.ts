/** Events through Flatfile's own client: what the audit log tells, and what clients say of their own. */
import { type Conversation, type Flatfile, flatfilePlace, ONCE, shapes } from './harness.js';

const place = flatfilePlace();

const environmentId = async ({ api }: Conversation, name = 'production') =>
  (await api.environments.list()).data.find((one) => one.name === name)?.id ?? '';

test('F14: a change in an environment is an event there, with its actor', async () => {
  const talk = await place.talk();
  for (const name of ['development', 'production'])
    await talk.api.spaces.create({ name: `in ${name}`, environmentId: await environmentId(talk, name) });
  const { data = [] } = await talk.api.events.list({ topic: 'space:created', pageSize: 100 });
  await talk.answered(shapes.ListAllEventsResponse, 'with more');
  const { data: users } = await talk.api.users.list();
  expect(data.map(({ context }) => [context.environmentId, context.actorId])).toEqual([
    [await environmentId(talk, 'development'), users[0]?.id],
    [await environmentId(talk, 'production'), users[0]?.id],
  ]);
});

test('environments, workbooks, secrets and agents have events of the client’s topics', async () => {
  const talk = await place.talk();
  const { data: parent } = await talk.api.environments.create({ name: 'staging', isProd: false });
  const { data: space } = await talk.api.spaces.create({ name: 'a', environmentId: parent.id });
  await talk.api.workbooks.create({ name: 'Orders', spaceId: space.id });
  await talk.api.secrets.upsert({ name: 'A', value: 'telling', environmentId: parent.id });
  await talk.api.agents.create({ environmentId: parent.id, body: { slug: 'sync' } });
  const { data = [] } = await talk.api.events.list({ environmentId: parent.id, pageSize: 100 });
  await talk.answered(shapes.ListAllEventsResponse, 'with more');
  const topics = data.map(({ topic }) => topic);
  for (const noun of ['environment', 'space', 'workbook', 'secret', 'agent'])
    expect(topics).toContain(`${noun}:created`);
  expect(JSON.stringify(talk.raw())).not.toContain('telling');
  const one = await talk.api.events.get(data[0]?.id ?? '');
  await talk.answered(shapes.EventResponse, 'exactly');
  expect(one.data).toEqual(data[0]);
});

test('an event that a client says is read back, until it is acknowledged', async () => {
  const talk = await place.talk();
  const id = await environmentId(talk);
  const event: Flatfile.CreateEventConfig = {
    topic: 'job:completed',
    domain: 'job',
    context: { accountId: 'us_acc_a', environmentId: id, jobId: 'us_jb_a' },
    payload: { rows: 3 },
  };
  const { data: said } = await talk.api.events.create(event);
  await talk.answered(shapes.EventResponse, 'exactly');
  expect(said).toMatchObject({ topic: 'job:completed', payload: { rows: 3 }, context: { jobId: 'us_jb_a' } });
  const listed = async (more = {}) =>
    (await talk.api.events.list({ domain: 'job', ...more })).data?.map((one) => one.id);
  expect(await listed()).toEqual([said.id]);
  await talk.api.events.ack(said.id);
  await talk.answered(shapes.Success, 'exactly');
  expect(await listed()).toEqual([]);
  expect(await listed({ includeAcknowledged: true })).toEqual([said.id]);
});

test('events: filtered by time, in pages', async () => {
  const talk = await place.talk();
  const environment = await environmentId(talk);
  for (const name of ['a', 'b', 'c']) {
    talk.server.clock.advance(60_000);
    await talk.api.spaces.create({ name, environmentId: environment });
  }
  const since = new Date(talk.server.clock.now() - 60_000);
  const { data = [] } = await talk.api.events.list({ topic: 'space:created', since });
  expect(data.length).toBe(2);
  const page = await talk.api.events.list({ topic: 'space:created', pageSize: 2, pageNumber: 2 });
  expect(page.data?.length).toBe(1);
  expect(talk.raw().pagination).toEqual({ currentPage: 2, pageCount: 2, totalCount: 3 });
});

test('an event outside what is open to the caller does not exist for them', async () => {
  const talk = await place.talk();
  await talk.api.spaces.create({ name: 'a', environmentId: await environmentId(talk, 'production') });
  const { data = [] } = await talk.api.events.list({ topic: 'space:created' });
  const { data: keys } = await talk.api.auth.createNewApiKey({
    environmentId: await environmentId(talk, 'development'),
    type: 'SECRET',
  });
  const elsewhere = talk.as(keys[0]?.rawKey ?? '');
  expect((await elsewhere.events.list({ topic: 'space:created' })).data).toEqual([]);
  await expect(elsewhere.events.get(data[0]?.id ?? '', ONCE)).rejects.toMatchObject({ statusCode: 404 });
});

test('a guest of one workbook reads what happened to that one, and not what happened beside it', async () => {
  const talk = await place.talk();
  const environment = await environmentId(talk);
  const { data: parent } = await talk.api.spaces.create({ name: 'a', environmentId: environment });
  const { data: own } = await talk.api.workbooks.create({ name: 'own', spaceId: parent.id });
  await talk.api.workbooks.create({ name: 'other', spaceId: parent.id });
  const email = 'gus@example.com';
  const spaces = [{ id: parent.id, workbooks: [{ id: own.id }] }];
  const made = await talk.api.guests.create([{ environmentId: environment, email, name: 'Gus', spaces }]);
  const link = await talk.server.asRoot('POST /v1/guest-links', { guest: made.data[0]?.id });
  const proof = { type: 'magicLink', token: link.body.data.token };
  const session = await talk.server.ask('POST /v1/auth', { body: proof });
  const { data = [] } = await talk.as(session.body.accessToken).events.list();
  expect(data.map(({ topic, context }) => [topic, context.workbookId])).toEqual([
    ['workbook:created', own.id],
  ]);
});

test('subscription token: answers with the account and no token', async () => {
  const talk = await place.talk();
  const { data } = await talk.api.events.getEventToken({});
  await talk.answered(shapes.EventTokenResponse, 'exactly');
  expect(data?.token).toBeUndefined();
  expect(data?.accountId).toMatch(/^us_acc_/);
});
