/** Environments through Flatfile's own client. */
import { unwrap } from '../support/store.js';
import { Flatfile, FlatfileError, flatfilePlace, ONCE, shapes } from './harness.js';

const place = flatfilePlace();

test('F5: a new account has development and production, as the client reads them', async () => {
  const { api, answered } = await place.talk();
  await api.environments.list();
  const { data, pagination } = await answered(shapes.ListEnvironmentsResponse, 'with more');
  expect(data.map(({ name, isProd }) => [name, isProd])).toEqual([
    ['development', false],
    ['production', true],
  ]);
  expect(pagination).toEqual({ currentPage: 1, pageCount: 1, totalCount: 2 });
});

test('F5: an environment that is made through the client brings its two keys, which are good at once', async () => {
  const { api, answered, server } = await place.talk();
  const { data } = await api.environments.create({
    name: 'Staging EU',
    isProd: false,
    guestAuthentication: ['magic_link', 'shared_link'],
    metadata: { region: 'eu' },
    namespaces: ['default'],
  });
  await answered(shapes.EnvironmentResponse, 'with more');
  expect(data).toMatchObject({
    name: 'Staging EU',
    isProd: false,
    guestAuthentication: ['magic_link', 'shared_link'],
    metadata: { region: 'eu' },
    namespaces: ['default'],
  });
  const keys = await server.asRoot('GET /v1/keys?environment=staging-eu');
  expect(keys.body.data.map((one: { name: string }) => one.name)).toEqual(['staging-eu-pk', 'staging-eu-sk']);
  const secret = unwrap(
    await server.world.store.claim({ kind: 'ApiKey', name: 'staging-eu-sk' }, { actor: 'ada', path: 'test' }),
  );
  const verified = await server.asRoot('POST /v1/keys/verify', { key: secret.reveal() });
  expect(verified.body.data).toMatchObject({ valid: true, environment: 'staging-eu' });
});

test('what documents say of a new environment is what its plain fields said', async () => {
  const { api, server } = await place.talk();
  const { data } = await api.environments.create({ name: 'qa', isProd: false });
  const { declaration } = await server.hand.fetch({ kind: 'Environment', name: 'qa' });
  expect(declaration).toMatchObject({
    metadata: { name: 'qa' },
    spec: { isProd: false, guestAuthentication: ['magic_link'] },
  });
  expect(data.guestAuthentication).toEqual(['magic_link']);
});

test('an update is answered so that clients find it in data and beside it', async () => {
  const { api, answered, raw } = await place.talk();
  const { data } = await api.environments.create({ name: 'qa', isProd: false, metadata: { a: 1 } });
  const updated = await api.environments.update(data.id, {
    guestAuthentication: ['shared_link'],
    metadata: { b: 2 },
  });
  await answered(shapes.Environment, 'with more');
  expect(updated).toMatchObject({
    id: data.id,
    name: 'qa',
    guestAuthentication: ['shared_link'],
    metadata: { b: 2 },
  });
  expect(raw().data).toMatchObject({ id: data.id, guestAuthentication: ['shared_link'] });
  expect((await api.environments.get(data.id)).data).toMatchObject({ metadata: { b: 2 } });
});

test('fields that the client leaves undefined change nothing', async () => {
  const { api } = await place.talk();
  const { data } = await api.environments.create({ name: 'qa', isProd: false, languageOverride: 'fr' });
  await api.environments.update(data.id, { name: 'Quality', languageOverride: undefined as never });
  expect((await api.environments.get(data.id)).data).toMatchObject({
    name: 'Quality',
    languageOverride: 'fr',
  });
});

test('environments: isProd cannot be changed, with the reason', async () => {
  const { api } = await place.talk();
  const { data } = await api.environments.create({ name: 'qa', isProd: false });
  const refused = await api.environments.update(data.id, { isProd: true }, ONCE).catch((error) => error);
  expect(refused).toBeInstanceOf(FlatfileError);
  expect(refused).toMatchObject({
    statusCode: 409,
    body: { errors: [{ message: expect.stringContaining('isProd') }] },
  });
});

test('an environment is removed with its keys, and not while it has spaces', async () => {
  const { api, answered, server } = await place.talk();
  const { data } = await api.environments.create({ name: 'qa', isProd: false });
  const space = await api.spaces.create({ name: 'onboarding', environmentId: data.id });
  const refused = await api.environments.delete(data.id, ONCE).catch((error) => error);
  expect(refused).toMatchObject({ statusCode: 409 });
  await api.spaces.delete(space.data.id);
  await api.environments.delete(data.id);
  await answered(shapes.Success, 'exactly');
  const gone = await api.environments.get(data.id, ONCE).catch((error) => error);
  expect(gone).toBeInstanceOf(Flatfile.NotFoundError);
  expect((await server.asRoot('GET /v1/keys?environment=qa')).body.data).toEqual([]);
});

test('a key knows its environment as the current one, and no other', async () => {
  const { api, as, server } = await place.talk();
  const key = { kind: 'ApiKey', name: 'production-sk' } as const;
  const secret = unwrap(await server.world.store.claim(key, { actor: 'ada', path: 'test' })).reveal();
  const own = as(secret);
  expect((await own.environments.get('current')).data.name).toBe('production');
  expect((await own.environments.list()).data.map(({ name }) => name)).toEqual(['production']);
  const [other] = (await api.environments.list()).data.filter(({ name }) => name === 'development');
  await expect(own.environments.get(other?.id ?? '', ONCE)).rejects.toBeInstanceOf(Flatfile.NotFoundError);
  await expect(own.environments.create({ name: 'mine', isProd: false }, ONCE)).rejects.toMatchObject({
    statusCode: 403,
  });
});

test('pages by number and by cursor are the same environments, each once', async () => {
  const { api, server } = await place.talk();
  for (const name of ['a', 'b', 'c']) await api.environments.create({ name, isProd: false });
  const numbered = [];
  for (const pageNumber of [1, 2, 3]) {
    const page = await api.environments.list({ pageSize: 2, pageNumber });
    expect(page.pagination).toEqual({ currentPage: pageNumber, pageCount: 3, totalCount: 5 });
    numbered.push(...page.data.map(({ name }) => name));
  }
  const followed: string[] = [];
  for (let query = 'limit=2'; ; ) {
    const { body } = await server.asRoot(`GET /v1/environments?${query}`);
    followed.push(...body.data.map(({ name }: { name: string }) => name));
    if (body.nextCursor === null) break;
    query = `limit=2&cursor=${body.nextCursor}`;
  }
  expect(numbered).toEqual(['a', 'b', 'c', 'development', 'production']);
  expect(followed).toEqual(numbered);
});

test('what a client subscribes with says that there is no token', async () => {
  const { api, answered } = await place.talk();
  const [first] = (await api.environments.list()).data;
  await api.environments.getEnvironmentEventToken({ environmentId: first?.id ?? '' });
  await answered(shapes.EventTokenResponse, 'exactly');
});

test('the wrapper that people use works as it comes', async () => {
  const { unmodified } = await place.talk();
  expect((await unmodified().environments.list()).data).toHaveLength(2);
});
