/** ApiKey: a key that is declared, issued, delivered and rotated. */
import { type Static, Type } from 'typebox';
import { isBuiltInRole } from '../roles.js';
import { closed, durationField, instantField, nameField, permissionsField, userField } from './fields.js';
import type { Kind, Problem, Reference } from './kind.js';
import { expiryProblems, rotationFields, rotationProblems } from './rotation.js';
import { sinkField } from './sink.js';

const spec = Type.Object(
  {
    environment: nameField('The environment it works in.'),
    type: Type.Optional(
      Type.Union([Type.Literal('secret'), Type.Literal('publishable')], {
        default: 'secret',
        description: 'secret: for servers. publishable: public, for browsers.',
      }),
    ),
    owner: Type.Object(
      {
        service: Type.Optional(nameField('A Service.')),
        team: Type.Optional(nameField('A Team.')),
        role: Type.Optional(nameField('With team: the role of the key in that team. Absent: viewer.')),
        user: Type.Optional(userField('A User by name or email. The key ends with that user.')),
        tenant: Type.Optional(Type.Literal(true, { description: 'The account itself.' })),
      },
      { ...closed, description: 'The owner of the key: exactly one of service, team, tenant or user.' },
    ),
    permissions: Type.Optional(
      permissionsField('The permissions of the key. Absent: the current permissions of its owner.'),
    ),
    expiresAfter: Type.Optional(durationField('Each version expires this long after it was issued.')),
    expiresAt: Type.Optional(instantField('Every version expires at this instant.')),
    rotation: Type.Optional(
      Type.Object(rotationFields(true), {
        ...closed,
        description: 'How the key is rotated. Absent: only manually.',
      }),
    ),
    deliver: Type.Optional(
      Type.Array(sinkField, {
        maxItems: 20,
        description:
          'The sinks that its secret is written to. Absent: the secret is kept sealed until `keywright claim`.',
      }),
    ),
  },
  closed,
);

export type ApiKeySpec = Static<typeof spec>;
export type RotationSpec = NonNullable<ApiKeySpec['rotation']>;

export const ApiKey: Kind<ApiKeySpec> = {
  name: 'ApiKey',
  summary: 'An API key: a stable name whose versions are issued, delivered, handed over and revoked.',
  schema: spec,
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
    ...(spec.rotation ? rotationProblems(spec.rotation, 'spec.rotation') : []),
  ],
};

function references({ environment, owner }: ApiKeySpec): readonly Reference[] {
  const found: Reference[] = [{ kind: 'Environment', name: environment, path: 'spec.environment' }];
  if (owner.service !== undefined)
    found.push({ kind: 'Service', name: owner.service, path: 'spec.owner.service' });
  if (owner.team !== undefined) found.push({ kind: 'Team', name: owner.team, path: 'spec.owner.team' });
  if (owner.role !== undefined && !isBuiltInRole(owner.role, 'team'))
    found.push({ kind: 'Role', name: owner.role, path: 'spec.owner.role', scope: 'team' });
  if (owner.user !== undefined) found.push({ kind: 'User', name: owner.user, path: 'spec.owner.user' });
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
