/**
 * The shapes of live objects on the wire: those of domain/live.ts, as JSON. Instants are milliseconds since 1970 and
 * durations are milliseconds; what is undefined is left out.
 */
import { type TSchema, Type } from 'typebox';
import { closed } from '../domain/kinds/fields.js';
import { OBJECT_KINDS } from '../domain/kinds/index.js';
import { NAME_MAX, VISIBLE_NAME } from '../domain/names.js';

/** Of the declaration of an object, as JSON. */
const SPEC_MAX_BYTES = 256 * 1_024;

export const At = Type.Integer({ description: 'Milliseconds since 1970, UTC.' });
/** Three hundred years: an instant so far ahead is still one. */
export const MS_MAX = 1e13;
export const Ms = Type.Integer({ minimum: 0, maximum: MS_MAX });
export const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
export const Text = Type.String({ maxLength: 2_000 });

const maybe = Type.Optional;

/** Objects that are made manually may have any name that can be shown. */
export const Name = Type.String({ minLength: 1, maxLength: NAME_MAX, pattern: VISIBLE_NAME });

export const Kind = Type.Enum([...OBJECT_KINDS]);

export const Ref = Type.Object(
  { kind: Kind, name: Name },
  { ...closed, description: 'Kind and natural key: `Space`, `production/onboarding`.' },
);

export const Ownership = Type.Object({ project: Name, manager: Name }, closed);

/** As many, and as long, as a document may have (domain/kinds/document-schema.ts). */
const Texts = Type.Record(Type.String(), Type.String({ maxLength: 4_096 }), { maxProperties: 64 });

/** What a spec may hold is said by its kind, and is checked against it. */
export const Declaration = Type.Object(
  {
    kind: Kind,
    metadata: Type.Object({ name: Name, labels: maybe(Texts), annotations: maybe(Texts) }, closed),
    spec: Type.Record(Type.String(), Type.Unknown(), { 'x-max-bytes': SPEC_MAX_BYTES }),
  },
  { ...closed, description: 'A document, in normal form.' },
);

const Delivery = Type.Object(
  { sink: Text, generation: Count, fingerprint: Text, machine: Text, revision: Type.Optional(Text) },
  closed,
);

const summaryFields = {
  ref: Ref,
  digest: Type.String({ description: 'Of the live declaration.' }),
  ownership: maybe(Ownership),
  origin: Type.Enum(['system', 'declared', 'manual']),
  revision: Count,
  quietUntil: Type.Integer({ description: 'No step or finding is due before this time.' }),
  deliveries: Type.Array(Delivery),
} satisfies Record<string, TSchema>;

/** What a later server says besides does not bother an older client. */
const WITH_MORE = { additionalProperties: true } as const;

const Version = Type.Object(
  {
    id: Type.String({ description: 'Public: the twelve characters in the token.' }),
    generation: Count,
    fingerprint: Text,
    issuedAt: At,
    promotedAt: maybe(At),
    retiringAt: maybe(At),
    suspendedUntil: maybe(At),
    revokedAt: maybe(At),
    isRevoked: maybe(Type.Boolean()),
    expiresAt: maybe(At),
    lastUsedAt: maybe(At),
    useCount: maybe(Count),
    consumers: Type.Array(Text),
    envelope: maybe(Type.Object({ recipient: Text })),
  },
  WITH_MORE,
);

const OwnerState = Type.Enum(['active', 'deactivated', 'deleted']);

const KeyFacts = Type.Object(
  {
    type: Type.Enum(['secret', 'publishable']),
    isProd: Type.Boolean(),
    deactivatedAt: maybe(At),
    rotationRequestedAt: maybe(At),
    acknowledgedGeneration: maybe(Count),
    owner: maybe(OwnerState),
    versions: Type.Array(Version),
  },
  WITH_MORE,
);

export const LiveObject = Type.Object({
  ...summaryFields,
  id: Text,
  declaration: Declaration,
  createdAt: At,
  key: maybe(KeyFacts),
  grantedAt: maybe(At),
});

export const Dependent = Type.Object({
  ref: Ref,
  origin: summaryFields.origin,
  endsAt: maybe(At),
  diesWithIt: maybe(Type.Literal(true)),
  workbooks: maybe(Type.Array(Text)),
});

export const KnownToken = Type.Object({
  tokenId: Text,
  object: Ref,
  isRemoved: Type.Boolean(),
  endsAt: Type.Optional(At),
  isKept: Type.Optional(Type.Literal(true)),
  isSuperseded: Type.Boolean(),
  declaredAt: Type.Array(Text),
  deliveredTo: Type.Array(Text),
  deliveredAt: Type.Optional(Type.Array(Type.Object({ sink: Text, machine: Text }))),
});

export const Review = Type.Object({
  now: At,
  personal: Type.Array(
    Type.Object({
      key: Ref,
      person: Type.String(),
      standing: OwnerState,
      lastUsedAt: maybe(At),
      consumers: Type.Array(Text),
      sinks: Type.Array(Text),
    }),
  ),
  idle: Type.Array(Type.Object({ key: Ref, since: At, lastUsedAt: maybe(At) })),
  old: Type.Array(Type.Object({ key: Ref, generation: Count, issuedAt: At })),
  expiring: Type.Array(Type.Object({ key: Ref, expiresAt: At })),
});
