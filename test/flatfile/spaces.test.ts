/** Spaces through Flatfile's own client. */
import { unwrap } from '../support/store.js';
import { type Conversation, Flatfile, flatfilePlace, ONCE, shapes } from './harness.js';

const place = flatfilePlace();

const environmentId = async ({ api }: Conversation, name: string): Promise<string> =>
  (await api.environments.list()).data.find((one) => one.name === name)?.id ?? '';

async function withSpaces(...names: readonly string[]) {
  const talk = await place.talk();
  const production = await environmentId(talk, 'production');
  const ids = new Map<string, string>();
  for (const name of names)
    ids.set(name, (await talk.api.spaces.create({ name, environmentId: production })).data.id);
  return { ...talk, production, id: (name: string) => ids.get(name) ?? '' };
}

test('a space that is made is answered with all that was said of it', async () => {
  const { api, answered, production } = await withSpaces();
  const said = {
    name: 'Onboarding of Ada',
    environmentId: production,
    displayOrder: 3,
    metadata: { theme: { root: { primaryColor: '#ff0000' } } },
    labels: ['urgent'],
    access: ['*' as const],
    namespace: 'portal',
    autoConfigure: true,
    languageOverride: 'de',
    settings: { filesMappedAfterJob: 'close' },
  };
  const { data } = await api.spaces.create(said);
  expect(await answered(shapes.SpaceResponse, 'with more')).toMatchObject({ data: said });
  expect(data).toMatchObject({
    workbooksCount: 0,
    guestAuthentication: ['magic_link'],
    createdByUserName: 'owner',
  });
  expect((await api.spaces.get(data.id)).data).toMatchObject(said);
  await answered(shapes.SpaceResponse, 'with more');
});

test('spaces may have one name, and documents know each by another', async () => {
  const { api, production } = await withSpaces('Embedded');
  const second = await api.spaces.create({ name: 'Embedded', environmentId: production });
  const refs = (await api.spaces.list()).data.map((space) => (space as { ref?: string }).ref);
  expect(new Set(refs).size).toBe(2);
  expect(second.data.name).toBe('Embedded');
});

test('F15: spaces are listed and counted across environments, and in each', async () => {
  const talk = await withSpaces('onboarding', 'billing');
  const development = await environmentId(talk, 'development');
  await talk.api.spaces.create({ name: 'trial', environmentId: development });
  const all = await talk.api.spaces.list();
  await talk.answered(shapes.ListSpacesResponse, 'with more');
  expect(all.pagination?.totalCount).toBe(3);
  const inOne = await talk.api.spaces.list({ environmentId: development });
  expect(inOne.data.map(({ name }) => name)).toEqual(['trial']);
  expect(inOne.pagination).toEqual({ currentPage: 1, pageCount: 1, totalCount: 1 });
  expect((await talk.api.spaces.list({ environmentId: 'us_env_nowhere' })).data).toEqual([]);
});

test('lists are searched, filtered, sorted and paged', async () => {
  const { api, production } = await withSpaces('c', 'a', 'b');
  await api.spaces.create({ name: 'd portal', namespace: 'portal', environmentId: production });
  const names = async (request: Flatfile.ListSpacesRequest) =>
    (await api.spaces.list(request)).data.map(({ name }) => name);
  expect(await names({ search: 'PORT' })).toEqual(['d portal']);
  expect(await names({ namespace: 'portal' })).toEqual(['d portal']);
  expect(await names({ sortField: 'name', sortDirection: 'desc' })).toEqual(['d portal', 'c', 'b', 'a']);
  expect(await names({ pageSize: 3, pageNumber: 2, sortField: 'name', sortDirection: 'asc' })).toEqual([
    'd portal',
  ]);
  expect(await names({ isCollaborative: true })).toEqual([]);
  await expect(api.spaces.list({ sortField: 'name' }, ONCE)).rejects.toBeInstanceOf(Flatfile.BadRequestError);
});

test('pages by cursor put together are all spaces, each once', async () => {
  const { server } = await withSpaces('c', 'a', 'b');
  const seen: string[] = [];
  for (let cursor = ''; ; ) {
    const { body } = await server.asRoot(`GET /v1/spaces?environment=production&limit=2${cursor}`);
    seen.push(...body.data.map(({ name }: { name: string }) => name));
    if (body.nextCursor === null) break;
    cursor = `&cursor=${body.nextCursor}`;
  }
  expect(seen).toEqual(['a', 'b', 'c']);
});

test('an archived space is left out of lists until it is asked for or taken out again', async () => {
  const { api, answered, id } = await withSpaces('old', 'new');
  const names = async (request = {}) => (await api.spaces.list(request)).data.map(({ name }) => name);
  await api.spaces.archiveSpace(id('old'));
  await answered(shapes.Success, 'exactly');
  expect([await names(), await names({ archived: true })]).toEqual([['new'], ['new', 'old']]);
  expect((await api.spaces.get(id('old'))).data.archivedAt).toBeInstanceOf(Date);
  await api.spaces.unarchiveSpace(id('old'));
  expect(await names()).toEqual(['new', 'old']);
});

test('attributes: changing them does not touch declared fields', async () => {
  const { api, answered, id, server } = await withSpaces('onboarding');
  const ref = { kind: 'Space', name: 'production/onboarding' } as const;
  const before = await server.hand.fetch(ref);
  const { data } = await api.spaces.update(id('onboarding'), {
    name: 'Welcome!',
    metadata: { a: 1 },
    displayOrder: 2,
  });
  await answered(shapes.SpaceResponse, 'with more');
  expect(data).toMatchObject({ name: 'Welcome!', metadata: { a: 1 }, displayOrder: 2 });
  expect(await server.hand.fetch(ref)).toEqual(before);
  const { body } = await server.asRoot(
    'GET /v1/audit?object=Space/production/onboarding&action=attributes.changed',
  );
  expect(body.data.at(-1)).toMatchObject({
    actor: 'User/owner',
    detail: { members: ['displayOrder', 'metadata', 'name'] },
  });
});

test('a space stays in its environment, and lets guests in as that does', async () => {
  const talk = await withSpaces('onboarding');
  const development = await environmentId(talk, 'development');
  const update = (request: Flatfile.SpaceConfig) =>
    talk.api.spaces.update(talk.id('onboarding'), request, ONCE);
  await expect(update({ environmentId: development })).rejects.toMatchObject({ statusCode: 409 });
  await expect(update({ guestAuthentication: ['shared_link'] })).rejects.toMatchObject({ statusCode: 409 });
  await update({ environmentId: talk.production, guestAuthentication: ['magic_link'] });
});

test('several spaces are removed together, or none of them', async () => {
  const { api, answered, id } = await withSpaces('a', 'b', 'c');
  const names = async () => (await api.spaces.list()).data.map(({ name }) => name);
  const gone = { spaceIds: [id('a'), 'us_sp_nowhere'] };
  await expect(api.spaces.bulkDelete(gone, ONCE)).rejects.toMatchObject({ statusCode: 404 });
  expect(await names()).toEqual(['a', 'b', 'c']);
  await api.spaces.bulkDelete({ spaceIds: [id('a'), id('b')] });
  await answered(shapes.Success, 'exactly');
  expect(await names()).toEqual(['c']);
  await api.spaces.delete(id('c'));
  await expect(api.spaces.get(id('c'), ONCE)).rejects.toBeInstanceOf(Flatfile.NotFoundError);
});

test('a secret key makes spaces in its environment and sees those alone', async () => {
  const talk = await withSpaces('onboarding');
  const development = await environmentId(talk, 'development');
  const secret = unwrap(
    await talk.server.world.store.claim(
      { kind: 'ApiKey', name: 'development-sk' },
      { actor: 'ada', path: 'test' },
    ),
  );
  const own = talk.as(secret.reveal());
  expect((await own.spaces.create({ name: 'mine' })).data.environmentId).toBe(development);
  expect((await own.spaces.list()).data.map(({ name }) => name)).toEqual(['mine']);
  await expect(own.spaces.get(talk.id('onboarding'), ONCE)).rejects.toMatchObject({ statusCode: 404 });
  await expect(
    own.spaces.create({ name: 'theirs', environmentId: talk.production }, ONCE),
  ).rejects.toMatchObject({ statusCode: 403 });
});

test('spaces: a caller without an environment must name one', async () => {
  const { api } = await place.talk();
  await expect(api.spaces.create({ name: 'lost' }, ONCE)).rejects.toMatchObject({
    statusCode: 400,
    body: { errors: [{ message: expect.stringContaining('environmentId') }] },
  });
});

test('the wrapper that people use works as it comes', async () => {
  const { unmodified, id } = await withSpaces('onboarding');
  expect((await unmodified().spaces.get(id('onboarding'))).data.name).toBe('onboarding');
});
