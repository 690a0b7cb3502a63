/**
 * Agents that customers deployed, by environment (F16). They are kept and listed as they were deployed; nothing here
 * runs them, so that there are no logs and no executions of theirs.
 */
import { Type } from 'typebox';
import { fault } from '../../../domain/errors.js';
import type { LiveObject } from '../../../domain/live.js';
import type { Principal } from '../../../domain/principal.js';
import { fail, ok, type Result } from '../../../domain/result.js';
import type { Agent } from '../../../ports/spaces.js';
import { maySee } from '../../access.js';
import { accountId, byOf, findObject, given, SUCCESS, Success } from '../../live-objects.js';
import { numberedPages, Pagination, paginationOf, readAll } from '../../numbered.js';
import { json, type Route, route } from '../../route.js';
import { closed, dataOf } from '../../schemas.js';
import type { HttpWorld } from '../../world.js';
import { AgentConfig, AgentItem, type AgentPlace, AgentVersion, agentItem, versionItem } from './item.js';

export const byAgentId = Type.Object(
  {
    id: Type.String({
      pattern: '^us_ag_[0-9A-Za-z]{1,32}$',
      maxLength: 64,
      description: 'The id of an agent.',
    }),
  },
  closed,
);
const EnvironmentId = Type.String({ maxLength: 100, description: 'An id, or a name.' });
const inOne = Type.Object({ environmentId: Type.Optional(EnvironmentId) }, closed);

const about = { tag: 'agents', scope: 'objects', faults: ['not_found'] } as const;
const reading = { ...about, permission: 'environments:read' } as const;
const writing = { ...about, permission: 'environments:write' } as const;

const list = route({
  method: 'GET',
  path: '/agents',
  id: 'listAgents',
  ...reading,
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
  handle: async ({ principal, query }, world) => {
    const seen = await seenAgents(world, principal, query.environmentId);
    if (!seen.ok) return seen;
    const { search = '', isSystem, pageSize = 10, pageNumber = 1 } = query;
    const wanted = seen.value.filter(
      ({ agent: { attributes } }) =>
        String(attributes['slug'] ?? '')
          .toLowerCase()
          .includes(search.toLowerCase()) && [undefined, attributes['isSystem'] === true].includes(isSystem),
    );
    const data = wanted.slice(pageSize * (pageNumber - 1), pageSize * pageNumber).map(agentItem);
    return json({ data, pagination: paginationOf(wanted.length, { pageSize, pageNumber }) });
  },
});

const deploy = route({
  method: 'POST',
  path: '/agents',
  id: 'createAgent',
  ...writing,
  summary: 'Deploy an agent: the one of that slug is replaced.',
  query: Type.Object({ environmentId: EnvironmentId }, closed),
  body: AgentConfig,
  nulls: 'absent',
  once: true,
  answer: dataOf(AgentItem),
  faults: ['not_found', 'conflict'],
  handle: async (call, world) => {
    const environment = await seenEnvironment(world, call.principal, call.query.environmentId);
    if (!environment.ok) return environment;
    const account = await accountId(world);
    if (!account.ok) return account;
    const { name } = environment.value.ref;
    const agent = await world.rooms.deployAgent(
      { environment: name, attributes: given(call.body) },
      byOf(call),
    );
    return agent.ok
      ? json({ data: agentItem({ agent: agent.value, environment: name, account: account.value }) })
      : agent;
  },
});

const get = route({
  method: 'GET',
  path: '/agents/{id}',
  id: 'getAgent',
  ...reading,
  summary: 'One agent, with its source.',
  params: byAgentId,
  query: inOne,
  answer: dataOf(AgentItem),
  handle: async ({ principal, params, query }, world) => {
    const found = await seenAgent(world, principal, { id: params.id, environment: query.environmentId });
    return found.ok ? json({ data: agentItem(found.value) }) : found;
  },
});

const versions = route({
  method: 'GET',
  path: '/agents/{id}/versions',
  id: 'listAgentVersions',
  ...reading,
  summary: 'The version that is deployed. Earlier ones are not kept.',
  params: byAgentId,
  answer: dataOf(Type.Array(AgentVersion)),
  handle: async ({ principal, params }, world) => {
    const found = await seenAgent(world, principal, { id: params.id, environment: undefined });
    return found.ok ? json({ data: [versionItem(found.value.agent)] }) : found;
  },
});

const remove = route({
  method: 'DELETE',
  path: '/agents/{id}',
  id: 'deleteAgent',
  ...writing,
  summary: 'Remove an agent.',
  params: byAgentId,
  query: inOne,
  answer: Success,
  handle: async (call, world) => {
    const { id } = call.params;
    const found = await seenAgent(world, call.principal, { id, environment: call.query.environmentId });
    if (!found.ok) return found;
    const removed = await world.rooms.removeAgent(id, byOf(call));
    return removed.ok ? json(SUCCESS) : removed;
  },
});

const pastQuery = Type.Object(
  {
    environmentId: EnvironmentId,
    agentId: Type.Optional(Type.String({ maxLength: 100 })),
    spaceId: Type.Optional(Type.String({ maxLength: 100 })),
    success: Type.Optional(Type.Boolean()),
    ...numberedPages(10),
  },
  closed,
);

/** Empty, for nothing here runs agents; `not_found` for an environment that is not there. */
const past = (path: string, id: string, summary: string): Route =>
  route({
    method: 'GET',
    path,
    id,
    ...reading,
    summary,
    query: pastQuery,
    answer: Type.Object({ data: Type.Array(Type.Never()), pagination: Pagination }, closed),
    handle: async ({ principal, query }, world) => {
      const environment = await seenEnvironment(world, principal, query.environmentId);
      return environment.ok ? json({ data: [], pagination: paginationOf(0, query) }) : environment;
    },
  });

const ownPast = route({
  method: 'GET',
  path: '/agents/{id}/logs',
  id: 'getAgentLogs',
  ...reading,
  summary: 'What an agent wrote: nothing runs it here.',
  params: byAgentId,
  query: inOne,
  answer: dataOf(Type.Array(Type.Never())),
  handle: async ({ principal, params, query }, world) => {
    const found = await seenAgent(world, principal, { id: params.id, environment: query.environmentId });
    return found.ok ? json({ data: [] }) : found;
  },
});

async function seenEnvironment(
  { store }: HttpWorld,
  principal: Principal,
  idOrName: string,
): Promise<Result<LiveObject>> {
  const found = await findObject(store, { kind: 'Environment', name: idOrName });
  if (!found.ok) return found;
  const isSeen = found.value !== undefined && maySee(principal, 'environments:read', found.value);
  return isSeen && found.value !== undefined
    ? ok(found.value)
    : fail(fault('not_found', 'there is no such environment'));
}

async function seenAgents(
  world: HttpWorld,
  principal: Principal,
  idOrName: string | undefined,
): Promise<Result<readonly AgentPlace[]>> {
  const one = idOrName === undefined ? undefined : await seenEnvironment(world, principal, idOrName);
  if (one !== undefined && !one.ok) return one;
  const matches = (object: LiveObject): boolean => maySee(principal, 'environments:read', object);
  const all =
    one === undefined ? await readAll(world.store, { kind: 'Environment', matches }) : ok([one.value]);
  if (!all.ok) return all;
  const account = await accountId(world);
  if (!account.ok) return account;
  const names = new Map(all.value.map(({ id, ref }) => [id, ref.name]));
  const agents = await world.rooms.agents([...names.keys()]);
  if (!agents.ok) return agents;
  return ok(agents.value.map((agent) => placeOf(agent, names, account.value)));
}

const placeOf = (agent: Agent, names: ReadonlyMap<string, string>, account: string): AgentPlace => ({
  agent,
  environment: names.get(agent.environmentId) ?? '',
  account,
});

/** `not_found` also for one of an environment that the caller may not see. */
export async function seenAgent(
  world: HttpWorld,
  principal: Principal,
  { id, environment }: { readonly id: string; readonly environment: string | undefined },
): Promise<Result<AgentPlace>> {
  const seen = await seenAgents(world, principal, environment);
  if (!seen.ok) return seen;
  const found = seen.value.find(({ agent }) => agent.id === id);
  return found === undefined
    ? fail(fault('not_found', 'there is no such agent; GET /agents lists them'))
    : ok(found);
}

export const agentRoutes: readonly Route[] = [
  list,
  deploy,
  get,
  versions,
  remove,
  ownPast,
  past('/agents/logs', 'listAgentLogs', 'What agents of an environment wrote: nothing runs them here.'),
  past(
    '/agents/executions',
    'listAgentExecutions',
    'When agents of an environment ran: nothing runs them here.',
  ),
];
