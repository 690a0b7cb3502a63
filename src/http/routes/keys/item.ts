/** A key as the API shows it: everything about it but its secret. */
import { type Static, Type } from 'typebox';
import { isAccepted, stateOf } from '../../../domain/lifecycle.js';
import type { KeyFacts, LiveObject } from '../../../domain/live.js';
import type { DeclarationOf } from '../../../domain/objects.js';
import { prefixOf } from '../../../domain/secret.js';
import { formatInstant, type Instant as Time } from '../../../domain/time.js';
import { instantJson, keyVersionJson } from '../../../render/key-json.js';
import { closed, Instant, nullable } from '../../schemas.js';
import { Revoking, revokingOf } from './version-usage.js';

const words = <const W extends string[]>(all: readonly [...W], description: string) =>
  Type.Enum(all, { description });

const Version = Type.Object(
  {
    id: Type.String({ description: 'Public: the twelve characters in its token.' }),
    version: Type.Integer({ description: 'Counts from 1.' }),
    generation: Type.Integer({ description: 'The same number as `version`.' }),
    prefix: Type.String(),
    state: words(['issued', 'current', 'retiring', 'suspended', 'revoked', 'expired'], 'As of now.'),
    issuedAt: Instant,
    promotedAt: nullable(Instant),
    retiringAt: nullable(Instant),
    suspendedUntil: nullable(Instant),
    revokedAt: nullable(Instant),
    expiresAt: nullable(Instant),
    lastUsedAt: nullable(Instant),
    usageCount: nullable(Type.Integer()),
    consumers: Type.Array(Type.String()),
    rotationDueAt: nullable(Instant),
    unclaimed: Type.Boolean({ description: 'Its secret is kept until it is claimed, once.' }),
  },
  closed,
);

const STATUSES = ['active', 'inactive', 'pending', 'suspended', 'revoked', 'expired'] as const;
export type KeyStatus = (typeof STATUSES)[number];

export const Status = words(
  STATUSES,
  'active: a version is accepted. inactive: the key or its owner is deactivated. pending: no version has been issued.',
);

export const Key = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    prefix: nullable(Type.String({ description: 'Of its newest version, including the id.' })),
    type: words(['secret', 'publishable'], 'publishable: may be public.'),
    environment: Type.String(),
    owner: Type.Object(
      {
        service: Type.Optional(Type.String()),
        team: Type.Optional(Type.String()),
        role: Type.Optional(Type.String()),
        user: Type.Optional(Type.String()),
        tenant: Type.Optional(Type.Literal(true)),
      },
      closed,
    ),
    level: words(['tenant', 'team', 'service', 'personal'], 'The level of its owner.'),
    permissions: nullable(Type.Array(Type.String(), { description: 'null: what its owner may do.' })),
    status: Status,
    usageCount: nullable(
      Type.Integer({
        description: 'Times that it was accepted. null: it is older than usage records.',
      }),
    ),
    lastUsedAt: nullable(Type.String({ format: 'date-time', description: 'null: never used.' })),
    expiresAt: nullable(Type.String({ format: 'date-time', description: 'Of its newest version.' })),
    createdAt: Instant,
    deactivatedAt: nullable(Instant),
    rotationRequestedAt: nullable(Instant),
    project: nullable(Type.String({ description: 'The project that declares it.' })),
    labels: Type.Record(Type.String(), Type.String()),
    versions: Type.Array(Version),
    revoking: Revoking,
  },
  closed,
);

export type KeyObject = LiveObject & {
  readonly key: KeyFacts;
  readonly declaration: DeclarationOf<'ApiKey'>;
};

export const isKey = (object: LiveObject): object is KeyObject =>
  object.key !== undefined && object.declaration.kind === 'ApiKey';

export function keyItem(object: KeyObject, now: Time): Static<typeof Key> {
  const { id, declaration, key, createdAt, ownership } = object;
  const { metadata, spec } = declaration;
  const newest = key.versions.at(-1);
  return {
    id,
    name: metadata.name,
    prefix: newest === undefined ? null : prefixOf(key.type, key.isProd, newest.id),
    type: key.type,
    environment: spec.environment,
    owner: spec.owner,
    level: levelOf(spec.owner),
    permissions: spec.permissions === undefined ? null : [...spec.permissions],
    status: statusOf(key, now),
    usageCount: countOf(key),
    lastUsedAt: instantJson(lastUse(key)),
    expiresAt: instantJson(newest?.expiresAt),
    createdAt: formatInstant(createdAt),
    deactivatedAt: instantJson(key.deactivatedAt),
    rotationRequestedAt: instantJson(key.rotationRequestedAt),
    project: ownership?.project ?? null,
    labels: { ...metadata.labels },
    versions: key.versions.map((version) => keyVersionJson(object, version, now)),
    revoking: revokingOf(key, spec, now),
  };
}

/** null if the count of any version is unknown. */
function countOf({ versions }: KeyFacts): number | null {
  let count = 0;
  for (const { useCount } of versions) {
    if (useCount === undefined) return null;
    count += useCount;
  }
  return count;
}

const lastUse = ({ versions }: KeyFacts): Time | undefined => {
  const uses = versions.flatMap(({ lastUsedAt }) => lastUsedAt ?? []);
  return uses.length === 0 ? undefined : Math.max(...uses);
};

export function levelOf(owner: DeclarationOf<'ApiKey'>['spec']['owner']): Static<typeof Key>['level'] {
  if (owner.service !== undefined) return 'service';
  if (owner.team !== undefined) return 'team';
  return owner.user === undefined ? 'tenant' : 'personal';
}

/** Of the whole key: one accepted version is enough for it to be active. */
export function statusOf({ versions, deactivatedAt, owner = 'active' }: KeyFacts, now: Time): KeyStatus {
  if (deactivatedAt !== undefined || owner !== 'active') return 'inactive';
  if (versions.some((version) => isAccepted(version, now))) return 'active';
  const newest = versions.at(-1);
  if (newest === undefined) return 'pending';
  const states = versions.map((version) => stateOf(version, now));
  if (states.includes('suspended')) return 'suspended';
  return stateOf(newest, now) === 'expired' ? 'expired' : 'revoked';
}
