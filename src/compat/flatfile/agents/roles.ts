/**
 * Roles of agents, as Flatfile's client asks for them. Agents are kept here and not run: they sign in by no credential,
 * and a role of one would permit nothing. None is given, so that none is taken for a permission that is enforced.
 */
import { fault } from '../../../domain/errors.js';
import { fail, ok } from '../../../domain/result.js';
import { roleRoutes } from '../role-assignments.js';
import type { AgentPlace } from './item.js';
import { byAgentId, seenAgent } from './routes.js';

const REFUSED = fail(
  fault(
    'bad_request',
    'agents have no roles; give the process that runs the agent a key with permissions of its own (POST /keys)',
  ),
);

export const agentRoleRoutes = roleRoutes<AgentPlace, typeof byAgentId>({
  ...{ path: '/agents', name: 'Agent', tag: 'agents', params: byAgentId },
  ...{ read: 'environments:read', write: 'environments:write', scope: { read: 'objects', write: 'objects' } },
  summaries: {
    list: 'The roles of an agent: none, for agents are not run here.',
    give: 'Refused: a role of an agent would permit nothing.',
    take: 'Remove a role from an agent: it has none.',
  },
  description: 'Give the process that runs the agent a key with permissions of its own: POST /keys.',
  faults: ['not_found'],
  find: ({ principal, params }, deps) =>
    seenAgent(deps, principal, { id: params.id, environment: undefined }),
  roles: () => Promise.resolve(ok([])),
  give: () => Promise.resolve(REFUSED),
  take: () => Promise.resolve(REFUSED),
});
