/** Workbooks through Flatfile's own client: what is said of them, and whose they are. */
import { normalForm } from '../../src/domain/kinds/normal-form.js';
import { Space } from '../../src/domain/kinds/space.js';
import { type Conversation, Flatfile, flatfilePlace, ONCE, shapes } from './harness.js';

const place = flatfilePlace();

async function inSpace(): Promise<Conversation & { readonly spaceId: string }> {
  const talk = await place.talk();
  const spec = normalForm(Space.schema, { environment: 'production', workbooks: ['contacts'] });
  await talk.server.hand.create({ kind: 'Space', metadata: { name: 'onboarding' }, spec });
  return { ...talk, spaceId: (await talk.api.spaces.list()).data[0]?.id ?? '' };
}

test('workbooks that documents declare are there for the client', async () => {
  const { api, answered, spaceId } = await inSpace();
  const { data } = await api.workbooks.list({ spaceId });
  await answered(shapes.ListWorkbooksResponse, 'with more');
  expect(data).toMatchObject([{ name: 'contacts', spaceId, id: expect.stringMatching(/^us_wb_/) }]);
  expect((await api.workbooks.get(data[0]?.id ?? '')).data).toMatchObject({ name: 'contacts' });
  await answered(shapes.WorkbookResponse, 'with more');
});

test('a workbook that is made is in its space, under a name that documents could have', async () => {
  const { api, answered, spaceId, server } = await inSpace();
  const { data } = await api.workbooks.create({
    name: 'All Orders',
    spaceId,
    labels: ['primary'],
    namespace: 'ns',
    metadata: { a: 1 },
    sheets: [{ name: 'Orders', slug: 'orders', fields: [{ key: 'id', type: 'string' }] }],
  });
  const { data: read } = await answered(shapes.WorkbookResponse, 'with more');
  expect(read).toMatchObject({
    name: 'All Orders',
    labels: ['primary'],
    sheets: [{ name: 'Orders', slug: 'orders' }],
  });
  const { declaration } = await server.hand.fetch({ kind: 'Space', name: 'production/onboarding' });
  expect(declaration.spec).toMatchObject({ workbooks: ['all-orders', 'contacts'] });
  expect((await api.spaces.get(spaceId)).data.workbooksCount).toBe(2);
  const without = await api.workbooks.list({ spaceId, includeSheets: false });
  expect(without.data.map(({ id, sheets }) => [id === data.id, sheets])).toEqual([
    [true, undefined],
    [false, undefined],
  ]);
});

test('a workbook in a space, said to be in another environment, is refused and not made in either', async () => {
  const { api, spaceId } = await inSpace();
  const [development, production] = (await api.environments.list()).data;
  const made = (environmentId = '') => api.workbooks.create({ name: 'Orders', spaceId, environmentId }, ONCE);
  await expect(made(development?.id)).rejects.toMatchObject({ statusCode: 409 });
  expect((await api.workbooks.list({ name: 'Orders' })).data).toEqual([]);
  expect((await made(production?.id)).data).toMatchObject({ spaceId, environmentId: production?.id });
});

test('a workbook without a space is made with one of its own', async () => {
  const { api } = await place.talk();
  const [environment] = (await api.environments.list()).data;
  const { data } = await api.workbooks.create({ name: 'Alone', environmentId: environment?.id ?? '' });
  expect((await api.spaces.get(data.spaceId)).data).toMatchObject({ name: 'Alone', workbooksCount: 1 });
});

test('what is said of a workbook changes without its name in documents', async () => {
  const { api, answered, spaceId, server } = await inSpace();
  const [workbook] = (await api.workbooks.list({ spaceId })).data;
  const { data } = await api.workbooks.update(workbook?.id ?? '', { name: 'People', labels: ['x'] });
  await answered(shapes.WorkbookResponse, 'with more');
  expect(data).toMatchObject({ id: workbook?.id, name: 'People', labels: ['x'] });
  const { declaration } = await server.hand.fetch({ kind: 'Space', name: 'production/onboarding' });
  expect(declaration.spec).toMatchObject({ workbooks: ['contacts'] });
  await expect(
    api.workbooks.update(workbook?.id ?? '', { spaceId: 'us_sp_other' }, ONCE),
  ).rejects.toMatchObject({ statusCode: 409 });
});

test('lists of workbooks are filtered, and by what they are not', async () => {
  const { api, spaceId } = await inSpace();
  await api.workbooks.create({ name: 'Orders', spaceId, labels: ['primary'] });
  const names = async (request: Flatfile.ListWorkbooksRequest) =>
    (await api.workbooks.list({ spaceId, ...request })).data.map(({ name }) => name);
  expect(await names({ name: 'Orders' })).toEqual(['Orders']);
  expect(await names({ name: '-Orders' })).toEqual(['contacts']);
  expect(await names({ label: 'primary' })).toEqual(['Orders']);
  expect(await names({ label: '-primary' })).toEqual(['contacts']);
});

test('a workbook that is removed is gone from its space, and one that comes after it has nothing of it', async () => {
  const { api, answered, spaceId, server } = await inSpace();
  const made = await api.workbooks.create({ name: 'Orders', spaceId, metadata: { a: 1 } });
  await api.workbooks.delete(made.data.id);
  await answered(shapes.Success, 'exactly');
  await expect(api.workbooks.get(made.data.id, ONCE)).rejects.toBeInstanceOf(Flatfile.NotFoundError);
  const { declaration } = await server.hand.fetch({ kind: 'Space', name: 'production/onboarding' });
  expect(declaration.spec).toMatchObject({ workbooks: ['contacts'] });
  expect((await api.workbooks.create({ name: 'Orders', spaceId })).data.metadata).toBeUndefined();
});

test('the wrapper that people use works as it comes', async () => {
  const { unmodified, spaceId } = await inSpace();
  expect((await unmodified().workbooks.list({ spaceId })).data).toHaveLength(1);
});
