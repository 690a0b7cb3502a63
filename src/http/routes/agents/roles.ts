/**
 * Roles of agents, as Flatfile's client asks for them. Agents are kept here and not run: they come in by no credential,
 * and a role of one would permit nothing. None is given, so that nobody takes one for a permission that is enforced.
 */
import { Type } from 'typebox';
import { fault } from '../../../domain/errors.js';
import { fail } from '../../../domain/result.js';
import { Success } from '../../live-objects.js';
import { json, type Route, route } from '../../route.js';
import { closed, dataOf } from '../../schemas.js';
import { ActorRole, Assignment } from '../users/having.js';
import { byAgentId, seenAgent } from './routes.js';

const about = { tag: 'agents', scope: 'objects', faults: ['not_found'] } as const;

const list = route({
  method: 'GET',
  path: '/agents/{id}/roles',
  id: 'listAgentRoles',
  ...about,
  summary: 'The roles of an agent: none, for nothing runs agents here.',
  permission: 'environments:read',
  params: byAgentId,
  answer: dataOf(Type.Array(ActorRole)),
  handle: async ({ principal, params }, world) => {
    const found = await seenAgent(world, principal, { id: params.id, environment: undefined });
    return found.ok ? json({ data: [] }) : found;
  },
});

const give = route({
  method: 'POST',
  path: '/agents/{id}/roles',
  id: 'assignAgentRole',
  ...about,
  summary: 'Refused: a role of an agent would permit nothing.',
  description:
    'Whatever runs the agent comes in with a key, whose permissions are what it may do: POST /keys.',
  permission: 'environments:write',
  params: byAgentId,
  body: Assignment,
  answer: dataOf(ActorRole),
  handle: async ({ principal, params }, world) => {
    const found = await seenAgent(world, principal, { id: params.id, environment: undefined });
    return found.ok ? REFUSED : found;
  },
});

const REFUSED = fail(
  fault(
    'bad_request',
    'agents are not run here, so a role of one would permit nothing; give what runs it a key with permissions of its own (POST /keys)',
  ),
);

const take = route({
  method: 'DELETE',
  path: '/agents/{id}/roles/{actorRoleId}',
  id: 'deleteAgentRole',
  ...about,
  summary: 'Take a role from an agent, of which it has none.',
  permission: 'environments:write',
  params: Type.Object(
    {
      ...byAgentId.properties,
      actorRoleId: Type.String({ pattern: '^us_acr_[0-9A-Za-z]{1,32}$', maxLength: 64 }),
    },
    closed,
  ),
  answer: Success,
  handle: async ({ principal, params }, world) => {
    const found = await seenAgent(world, principal, { id: params.id, environment: undefined });
    return found.ok ? fail(fault('not_found', 'agents have no roles here')) : found;
  },
});

export const agentRoleRoutes: readonly Route[] = [list, give, take];
