/** Secrets through Flatfile's own client. */
import { type Conversation, flatfilePlace, ONCE, shapes } from './harness.js';

const place = flatfilePlace();

const environmentId = async ({ api }: Conversation, name = 'production') =>
  (await api.environments.list()).data.find((one) => one.name === name)?.id ?? '';

test('a secret is kept by name and place, read back, changed and removed', async () => {
  const talk = await place.talk();
  const secret = { name: 'SERVICE_KEY', environmentId: await environmentId(talk) };
  await talk.api.secrets.upsert({ ...secret, value: 'old' });
  await talk.answered(shapes.SecretsResponse, 'exactly');
  const { data } = await talk.api.secrets.upsert({ ...secret, value: 'new' });
  expect(data).toEqual([{ ...secret, value: 'new', id: expect.stringMatching(/^us_sec_/) }]);
  expect((await talk.api.secrets.list({ environmentId: secret.environmentId })).data).toEqual(data);
  await talk.answered(shapes.SecretsResponse, 'exactly');
  expect((await talk.api.secrets.delete(data[0]?.id ?? '')).data).toEqual([]);
  await talk.answered(shapes.SecretsResponse, 'exactly');
});

test('a secret of a space comes before one of its environment, there alone', async () => {
  const talk = await place.talk();
  const { data: space } = await talk.api.spaces.create({
    name: 'a',
    environmentId: await environmentId(talk),
  });
  await talk.api.secrets.upsert({ name: 'A', value: 'all', environmentId: await environmentId(talk) });
  await talk.api.secrets.upsert({ name: 'A', value: 'own', spaceId: space.id });
  const values = async (request: object) =>
    (await talk.api.secrets.list(request)).data.map(({ value }) => value);
  expect(await values({ spaceId: space.id })).toEqual(['own']);
  expect(await values({ environmentId: await environmentId(talk) })).toEqual(['all']);
});

test('a key reads secrets only with that permission, and only of its environment', async () => {
  const talk = await place.talk();
  const id = await environmentId(talk);
  await talk.api.secrets.upsert({ name: 'A', value: 'one', environmentId: id });
  await talk.server.asRoot('POST /v1/services', { name: 'billing' });
  const key = async (name: string, permissions: readonly string[]) => {
    const body = { name, environment: 'production', permissions, owner: { service: 'billing' } };
    const made = await talk.server.asRoot('POST /v1/keys', body);
    return talk.as(made.body.secret);
  };
  const reader = await key('reader', ['secrets:read']);
  expect((await reader.secrets.list()).data).toMatchObject([{ name: 'A', value: 'one' }]);
  await expect(
    reader.secrets.list({ environmentId: await environmentId(talk, 'development') }, ONCE),
  ).rejects.toMatchObject({ statusCode: 404 });
  await expect(
    reader.secrets.upsert({ name: 'A', value: 'two', environmentId: id }, ONCE),
  ).rejects.toMatchObject({ statusCode: 403 });
  await expect((await key('other', ['spaces:read'])).secrets.list({}, ONCE)).rejects.toMatchObject({
    statusCode: 403,
  });
  const writer = await key('writer', ['secrets:write']);
  expect((await writer.secrets.upsert({ name: 'B', value: 'b', environmentId: id })).data).toEqual([]);
});

test('a value is in no row and no log as it is, and one that was put elsewhere is not given out', async () => {
  const talk = await place.talk();
  const environment = await environmentId(talk);
  await talk.api.secrets.upsert({ name: 'A', value: 'aVeryTellingValue', environmentId: environment });
  const log = await talk.server.asRoot('GET /v1/audit?limit=100');
  expect(log.text + talk.server.failures.join()).not.toContain('aVeryTellingValue');
  place.place.tamper(`update secrets set environment_id = '${await environmentId(talk, 'development')}'`);
  const development = await environmentId(talk, 'development');
  await expect(talk.api.secrets.list({ environmentId: development }, ONCE)).rejects.toMatchObject({
    statusCode: 500,
  });
});
