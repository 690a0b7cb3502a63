/** ApiKey: a key that is declared, issued, delivered and rotated. */
import { isBuiltInRole } from '../roles.js';
import { connectionsNeeded, sinkProblems } from '../sinks/index.js';
import type { KeyLevel } from '../target.js';
import { keyProps } from './api-key-cdk.js';
import { type ApiKeySpec, apiKeySpec } from './api-key-spec.js';
import type { Kind, Problem, Reference } from './kind.js';
import { expiryProblems, rotationProblems } from './rotation.js';

export type { ApiKeySpec, RotationSpec } from './api-key-spec.js';

export const ApiKey: Kind<ApiKeySpec> = {
  name: 'ApiKey',
  summary: 'An API key: a stable name whose versions are issued, delivered, handed over and revoked.',
  schema: apiKeySpec,
  example: {
    metadata: { name: 'billing-prod' },
    spec: {
      environment: 'production',
      owner: { service: 'billing' },
      rotation: { every: '90d', overlap: '24h' },
      deliver: [{ dotenv: { path: 'secrets/billing.env', variable: 'BILLING_API_KEY' } }],
    },
  },
  idPrefix: 'us_key',
  replacedBy: ['environment', 'type', 'owner'],
  references,
  check: (spec) => [
    ...checkOwner(spec),
    ...checkExpiry(spec),
    ...(spec.deliver ?? []).flatMap((sink, nth) => sinkProblems(sink, `spec.deliver.${nth}`)),
    ...(spec.rotation ? rotationProblems(spec.rotation, 'spec.rotation') : []),
  ],
  sinks: ({ deliver = [] }) => deliver,
  isNameLinted: true,
  access: {
    noun: 'keys',
    of: 'environment',
    target: ({ spec: { environment, owner }, ownerId }) => ({
      ...{ kind: 'key', environment, owner: keyLevel(owner, ownerId) },
    }),
    reserved: ({ owner: { tenant, user } }) => {
      if (tenant === true) return 'owners';
      return user === undefined ? 'administrators' : { person: user };
    },
  },
  routes: { collection: '/keys', item: 'key', verbs: [], changeable: [] },
  cdk: { props: keyProps },
};

/** A personal key belongs to the user it was created for, by id: another user may have that name now. */
export function keyLevel(
  { service, team, user }: ApiKeySpec['owner'],
  ownerId: string | null | undefined,
): KeyLevel {
  if (service !== undefined) return { level: 'service' };
  if (team !== undefined) return { level: 'team', team };
  return user === undefined ? { level: 'tenant' } : { level: 'personal', personId: ownerId ?? '' };
}

function references({ environment, owner, deliver = [] }: ApiKeySpec): readonly Reference[] {
  const found: Reference[] = [{ kind: 'Environment', name: environment, path: 'spec.environment' }];
  if (owner.service !== undefined)
    found.push({ kind: 'Service', name: owner.service, path: 'spec.owner.service' });
  if (owner.team !== undefined) found.push({ kind: 'Team', name: owner.team, path: 'spec.owner.team' });
  if (owner.role !== undefined && !isBuiltInRole(owner.role, 'team'))
    found.push({ kind: 'Role', name: owner.role, path: 'spec.owner.role', scope: 'team' });
  if (owner.user !== undefined) found.push({ kind: 'User', name: owner.user, path: 'spec.owner.user' });
  for (const [nth, sink] of deliver.entries())
    for (const needed of connectionsNeeded(sink))
      found.push({ kind: 'Connection', ...needed, path: `spec.deliver.${nth}.${needed.path}` });
  return found;
}

function checkOwner({ owner }: ApiKeySpec): readonly Problem[] {
  const owners = [owner.service, owner.team, owner.user, owner.tenant].filter((one) => one !== undefined);
  if (owners.length !== 1)
    return [{ path: 'spec.owner', message: 'must name exactly one of service, team, tenant, user' }];
  if (owner.role !== undefined && owner.team === undefined)
    return [{ path: 'spec.owner.role', message: 'requires owner.team' }];
  return [];
}

function checkExpiry({ expiresAfter, expiresAt, rotation }: ApiKeySpec): readonly Problem[] {
  if (expiresAfter === undefined) return [];
  if (expiresAt !== undefined)
    return [{ path: 'spec.expiresAt', message: 'cannot be given together with expiresAfter' }];
  return rotation === undefined ? [] : expiryProblems(expiresAfter, rotation);
}
