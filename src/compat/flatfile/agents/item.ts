/** An agent on the wire, as it was deployed. */
import { type Static, Type } from 'typebox';
import { formatInstant } from '../../../domain/time.js';
import { closed, Instant } from '../../../http/schemas.js';
import type { Agent } from '../../../ports/admin.js';
import { Opaque } from '../environments/item.js';

const text = (maxLength: number) => Type.Optional(Type.String({ maxLength }));

const fields = {
  topics: Type.Optional(Type.Array(Type.String({ maxLength: 100 }), { maxItems: 200 })),
  compiler: Type.Optional(Type.Enum(['js'])),
  source: text(256 * 1_024),
  sourceMap: text(256 * 1_024),
  slug: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  options: Type.Optional(Opaque),
  template: Type.Optional(
    Type.Enum(['constraints', 'autobuild', 'autocast', 'webhook-egress', 'action-listener', 'automap']),
  ),
  templateOptions: Type.Optional(Opaque),
  isSystem: Type.Optional(Type.Boolean()),
  namespace: text(200),
  packageVersions: Type.Optional(
    Type.Record(Type.String(), Type.String({ maxLength: 200 }), { maxProperties: 1_000 }),
  ),
  commitInfo: Type.Optional(Opaque),
};

export const AgentConfig = Type.Object(fields, closed);

export const AgentItem = Type.Object(
  {
    id: Type.String(),
    accountId: Type.String(),
    environmentId: Type.String(),
    environment: Type.String({ description: 'Its name.' }),
    version: Type.Integer({ description: 'Counts its deployments.' }),
    createdAt: Instant,
    updatedAt: Instant,
    ...fields,
  },
  closed,
);

export const AgentVersion = Type.Object(
  {
    id: Type.String(),
    agent_id: Type.String(),
    version: Type.Integer(),
    origin: Type.Integer(),
    createdAt: Instant,
    updatedAt: Instant,
    ...fields,
  },
  closed,
);

export interface AgentPlace {
  readonly agent: Agent;
  /** By name. */
  readonly environment: string;
  readonly account: string;
}

export const agentItem = ({ agent, environment, account }: AgentPlace): Static<typeof AgentItem> => ({
  // They are as the route took them in.
  ...(agent.attributes as object),
  id: agent.id,
  accountId: account,
  environmentId: agent.environmentId,
  environment,
  version: agent.version,
  createdAt: formatInstant(agent.createdAt),
  updatedAt: formatInstant(agent.updatedAt),
});

export const versionItem = (agent: Agent): Static<typeof AgentVersion> => ({
  ...(agent.attributes as object),
  id: agent.id.replace('us_ag_', 'us_av_'),
  agent_id: agent.id,
  version: agent.version,
  origin: 0,
  createdAt: formatInstant(agent.updatedAt),
  updatedAt: formatInstant(agent.updatedAt),
});
