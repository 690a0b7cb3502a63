/**
 * Agents that customers deployed, by environment (F16). They are kept and listed as they were deployed; nothing here
 * runs them, so that there are no logs and no executions of theirs.
 */
import { type Static, type TSchema, Type } from 'typebox';
import { fault } from '../../../domain/errors.js';
import type { LiveObject } from '../../../domain/live.js';
import type { Principal } from '../../../domain/principal.js';
import { fail, ok, type Result } from '../../../domain/result.js';
import { maySee } from '../../../http/access.js';
import type { HttpDependencies } from '../../../http/dependencies.js';
import { byOf, findObject, given } from '../../../http/live-objects.js';
import { resource } from '../../../http/resource.js';
import { type Route, respond, route } from '../../../http/route.js';
import { closed, dataOf, oneById } from '../../../http/schemas.js';
import type { Agent } from '../../../ports/admin.js';
import { only } from '../objects.js';
import { numberedPages, Pagination, pageByNumber, readAll } from '../page-pagination.js';
import { AgentConfig, AgentItem, type AgentPlace, AgentVersion, agentItem, versionItem } from './item.js';

export const byAgentId = oneById('us_ag', 'The id of an agent.');
const EnvironmentId = Type.String({ maxLength: 100, description: 'An id, or a name.' });
const inOne = Type.Object({ environmentId: Type.Optional(EnvironmentId) }, closed);

const agents = resource<AgentPlace, typeof byAgentId, typeof AgentItem>({
  ...{ path: '/agents', tag: 'agents', read: 'environments:read', write: 'environments:write' },
  ...{ scope: 'objects', params: byAgentId, item: AgentItem },
  find: ({ principal, params, query }, deps) =>
    seenAgent(deps, principal, { id: params.id, environment: (query as Static<typeof inOne>).environmentId }),
  show: (found) => ok(agentItem(found)),
});
const reading = {
  tag: 'agents',
  scope: 'objects',
  faults: ['not_found'],
  permission: 'environments:read',
} as const;

const list = agents.list({
  id: 'listAgents',
  summary: 'Agents of one environment, or of all.',
  query: Type.Object(
    {
      environmentId: Type.Optional(EnvironmentId),
      search: Type.Optional(Type.String({ maxLength: 200, description: 'Part of the slug.' })),
      isSystem: Type.Optional(Type.Boolean()),
      ...numberedPages(10),
    },
    closed,
  ),
  answer: Type.Object({ data: Type.Array(AgentItem), pagination: Pagination }, closed),
  faults: ['not_found'],
  page: async ({ principal, query }, deps) => {
    const seen = await seenAgents(deps, principal, query.environmentId);
    if (!seen.ok) return seen;
    const { search = '', isSystem } = query;
    const wanted = seen.value.filter(
      ({ agent: { attributes } }) =>
        String(attributes['slug'] ?? '')
          .toLowerCase()
          .includes(search.toLowerCase()) && [undefined, attributes['isSystem'] === true].includes(isSystem),
    );
    return ok(pageByNumber(wanted.map(agentItem), query));
  },
});

const deploy = route({
  method: 'POST',
  path: '/agents',
  id: 'createAgent',
  ...{ tag: 'agents', scope: 'objects', permission: 'environments:write' },
  summary: 'Deploy an agent: the one of that slug is replaced.',
  query: Type.Object({ environmentId: EnvironmentId }, closed),
  body: AgentConfig,
  nulls: 'absent',
  idempotent: true,
  answer: dataOf(AgentItem),
  faults: ['not_found', 'conflict'],
  handle: async (call, deps) => {
    const environment = await seenEnvironment(deps, call.principal, call.query.environmentId);
    if (!environment.ok) return environment;
    const { name } = environment.value.ref;
    const wanted = { environment: name, attributes: given(call.body) };
    return respond(await deps.admin.deployAgent(wanted, byOf(call)), (agent) => ({
      data: agentItem({ agent, environment: name, account: deps.accountId }),
    }));
  },
});

const get = agents.get({ id: 'getAgent', summary: 'One agent, with its source.', query: inOne });

/** Of one agent, what is in no item of it. */
const part = (
  texts: Pick<Route, 'id' | 'path' | 'summary'>,
  item: TSchema,
  show: (found: AgentPlace) => readonly object[],
): Route =>
  route({
    ...{ method: 'GET', ...texts, ...reading, params: byAgentId, query: inOne },
    answer: dataOf(Type.Array(item)),
    handle: async ({ principal, params, query: { environmentId: environment } }, deps) =>
      respond(await seenAgent(deps, principal, { id: params.id, environment }), (found) => ({
        data: show(found),
      })),
  });

const remove = agents.remove({
  id: 'deleteAgent',
  summary: 'Remove an agent.',
  query: inOne,
  run: (call, { agent }, deps) => deps.admin.removeAgent(agent.id, byOf(call)),
});

const historyQuery = Type.Object(
  {
    environmentId: EnvironmentId,
    agentId: Type.Optional(Type.String({ maxLength: 100 })),
    spaceId: Type.Optional(Type.String({ maxLength: 100 })),
    success: Type.Optional(Type.Boolean()),
    ...numberedPages(10),
  },
  closed,
);

/** Empty, for agents are not run here; `not_found` for an environment that does not exist. */
const history = (path: string, id: string, summary: string): Route =>
  route({
    method: 'GET',
    ...{ path, id, summary, ...reading, query: historyQuery },
    answer: Type.Object({ data: Type.Array(Type.Never()), pagination: Pagination }, closed),
    handle: async ({ principal, query }, deps) =>
      respond(await seenEnvironment(deps, principal, query.environmentId), () => pageByNumber([], query)),
  });

async function seenEnvironment(
  { store }: HttpDependencies,
  principal: Principal,
  idOrName: string,
): Promise<Result<LiveObject>> {
  const found = await findObject(store, { kind: 'Environment', name: idOrName });
  if (!found.ok) return found;
  const isSeen = found.value !== undefined && maySee(principal, 'environments:read', found.value);
  return isSeen && found.value !== undefined
    ? ok(found.value)
    : fail(fault('not_found', 'no such environment; GET /environments lists them'));
}

async function seenAgents(
  deps: HttpDependencies,
  principal: Principal,
  idOrName: string | undefined,
): Promise<Result<readonly AgentPlace[]>> {
  const one = idOrName === undefined ? undefined : await seenEnvironment(deps, principal, idOrName);
  if (one !== undefined && !one.ok) return one;
  const matches = (object: LiveObject): boolean => maySee(principal, 'environments:read', object);
  const all =
    one === undefined ? await readAll(deps.store, { kind: 'Environment', matches }) : ok([one.value]);
  if (!all.ok) return all;
  const names = new Map(all.value.map(({ id, ref }) => [id, ref.name]));
  const agents = await deps.admin.agents([...names.keys()]);
  if (!agents.ok) return agents;
  return ok(agents.value.map((agent) => placeOf(agent, names, deps.accountId)));
}

const placeOf = (agent: Agent, names: ReadonlyMap<string, string>, account: string): AgentPlace => ({
  agent,
  environment: names.get(agent.environmentId) ?? '',
  account,
});

/** `not_found` also for one of an environment that the caller may not see. */
export async function seenAgent(
  deps: HttpDependencies,
  principal: Principal,
  { id, environment }: { readonly id: string; readonly environment: string | undefined },
): Promise<Result<AgentPlace>> {
  const seen = await seenAgents(deps, principal, environment);
  if (!seen.ok) return seen;
  const found = seen.value.filter(({ agent }) => agent.id === id);
  return only(ok(found), fault('not_found', 'no such agent; GET /agents lists them'));
}

export const agentRoutes: readonly Route[] = [
  list,
  deploy,
  get,
  part(
    {
      path: '/agents/{id}/versions',
      id: 'listAgentVersions',
      summary: 'The version that is deployed. Earlier ones are not kept.',
    },
    AgentVersion,
    ({ agent }) => [versionItem(agent)],
  ),
  remove,
  part(
    {
      path: '/agents/{id}/logs',
      id: 'getAgentLogs',
      summary: 'What an agent wrote: agents are not run here.',
    },
    Type.Never(),
    () => [],
  ),
  history('/agents/logs', 'listAgentLogs', 'What agents of an environment wrote: agents are not run here.'),
  history(
    '/agents/executions',
    'listAgentExecutions',
    'When agents of an environment ran: agents are not run here.',
  ),
];
