/** Agents through Flatfile's own client (F16). */
import { type Conversation, type Flatfile, flatfilePlace, ONCE, shapes } from './harness.js';

const place = flatfilePlace();

const environments = async ({ api }: Conversation) =>
  new Map((await api.environments.list()).data.map(({ name, id }) => [name, id]));

test('F16: agents deployed to an environment are listed there, and those of all of them together', async () => {
  const talk = await place.talk();
  const ids = await environments(talk);
  for (const [name, environmentId] of ids) {
    const body: Flatfile.AgentConfig = {
      topics: ['space:created'],
      compiler: 'js',
      source: 'x()',
      slug: `sync-${name}`,
    };
    await talk.api.agents.create({ environmentId, body });
    expect(await talk.answered(shapes.AgentResponse, 'with more')).toMatchObject({ data: body });
  }
  const { data } = await talk.api.agents.list({ environmentId: ids.get('production') ?? '' });
  await talk.answered(shapes.ListAgentsResponse, 'with more');
  expect(data?.map(({ slug }) => slug)).toEqual(['sync-production']);
  const all = await talk.server.asRoot('GET /v1/agents');
  expect(all.body.data.map((agent: { environment: string }) => agent.environment).sort()).toEqual([
    'development',
    'production',
  ]);
});

test('an agent deployed again under its slug is the same agent, one version on', async () => {
  const talk = await place.talk();
  const environmentId = (await environments(talk)).get('production') ?? '';
  const first = await talk.api.agents.create({ environmentId, body: { slug: 'sync', source: 'old' } });
  const second = await talk.api.agents.create({ environmentId, body: { slug: 'sync', source: 'new' } });
  expect(second.data?.id).toBe(first.data?.id);
  expect((await talk.api.agents.get(first.data?.id ?? '')).data).toMatchObject({ source: 'new' });
  const { data } = await talk.api.agents.listVersions(first.data?.id ?? '');
  await talk.answered(shapes.ListAgentVersionsResponse, 'exactly');
  expect(data?.map(({ version }) => version)).toEqual([2]);
});

test('an agent that is removed is gone, and its environment says so in the log', async () => {
  const talk = await place.talk();
  const environmentId = (await environments(talk)).get('production') ?? '';
  const { data } = await talk.api.agents.create({ environmentId, body: { slug: 'sync' } });
  await talk.api.agents.delete(data?.id ?? '');
  await talk.answered(shapes.Success, 'exactly');
  await expect(talk.api.agents.get(data?.id ?? '', {}, ONCE)).rejects.toMatchObject({ statusCode: 404 });
  const { body } = await talk.server.asRoot(
    'GET /v1/audit?object=Environment/production&action=agent.deleted',
  );
  expect(body.data).toMatchObject([{ actor: 'User/owner', detail: { agentId: data?.id } }]);
});

test('nothing runs agents here, and their logs and executions say so by being empty', async () => {
  const talk = await place.talk();
  const environmentId = (await environments(talk)).get('production') ?? '';
  expect((await talk.api.agents.getEnvironmentAgentLogs({ environmentId })).data).toEqual([]);
  expect((await talk.api.agents.getEnvironmentAgentExecutions({ environmentId })).data).toEqual([]);
  await talk.answered(shapes.GetExecutionsResponse, 'exactly');
  const { data } = await talk.api.agents.create({ environmentId, body: { slug: 'Orders', source: 'x' } });
  expect((await talk.api.agents.getAgentLogs(data?.id ?? '', { environmentId })).data).toEqual([]);
  await talk.answered(shapes.GetAgentLogsResponse, 'exactly');
  const other = (await environments(talk)).get('development') ?? '';
  const elsewhere = talk.api.agents.getAgentLogs(data?.id ?? '', { environmentId: other }, ONCE);
  await expect(elsewhere).rejects.toMatchObject({ statusCode: 404 });
  expect((await talk.api.agents.list({ environmentId, search: 'orders' })).data).toHaveLength(1);
});

test('the wrapper that people use works as it comes', async () => {
  const talk = await place.talk();
  const environmentId = (await environments(talk)).get('production') ?? '';
  expect((await talk.unmodified().agents.list({ environmentId })).data).toEqual([]);
});
