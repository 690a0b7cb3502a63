/** The shapes of effects on the wire: what a reconciler and a person ask for, under which lease, and what came of it. */
import { type TSchema, Type } from 'typebox';
import { closed } from '../domain/kinds/fields.js';
import type { Mutation, Request } from '../ports/live-store.js';
import { At, Count, Declaration, Ms, Name, Ownership, Ref, Text } from './objects.js';

export const Lease = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 300 }),
    holder: Type.String({ minLength: 1, maxLength: 300 }),
    epoch: Count,
    until: At,
    ttlMs: Ms,
  },
  closed,
);

export const Outcome = Type.Object({
  revision: Count,
  changed: Type.Boolean({ description: 'False: nothing had to be changed, and nothing was written.' }),
  issued: Type.Optional(
    Type.Object({
      id: Text,
      fingerprint: Text,
      sealed: Type.String({ description: 'A sealed box for the recipient that the request named.' }),
    }),
  ),
});

const Generation = Type.Integer({ minimum: 1, maximum: 1_000_000_000 });

const kind = (name: Mutation['kind'] | Request['kind'], fields: Record<string, TSchema>) =>
  Type.Object({ kind: Type.Literal(name), ...fields }, closed);

const Delivered = Type.Object(
  { sink: Text, fingerprint: Text, machine: Text, revision: Type.Optional(Text) },
  closed,
);

const MutationShape = Type.Union([
  kind('create', {
    declaration: Declaration,
    ownership: Ownership,
    automaticKeys: Type.Optional(Type.Literal('none')),
  }),
  kind('update', {
    declaration: Declaration,
    ownership: Ownership,
    revision: Count,
    former: Type.Optional(Ref),
  }),
  kind('adopt', { object: Ref, ownership: Ownership, revision: Count }),
  kind('delete', { object: Ref, overlapMs: Ms, revision: Count }),
  kind('issue', { object: Ref, generation: Generation, recipient: Type.String({ maxLength: 200 }) }),
  kind('promote', {
    object: Ref,
    generation: Generation,
    deliveries: Type.Array(Delivered, { maxItems: 100 }),
  }),
  kind('extend', { object: Ref, generation: Generation, expiresAt: Type.Union([At, Type.Null()]) }),
  kind('revoke', { object: Ref, generations: Type.Array(Generation, { maxItems: 1_000 }) }),
]);

/** Sent together, so that a hundred effects are one request; each is a transaction of its own all the same. */
export const MUTATIONS_MAX = 128;

export const Mutations = Type.Array(MutationShape, { minItems: 1, maxItems: MUTATIONS_MAX });

/** What came of each, in the order in which they were sent. */
export const Outcomes = Type.Array(
  Type.Union([
    Type.Object({ ok: Type.Literal(true), value: Outcome }, closed),
    Type.Object(
      {
        ok: Type.Literal(false),
        error: Type.Object({ code: Type.String(), message: Type.String() }, closed),
      },
      closed,
    ),
  ]),
);

/** As `Request` of the port, with the proof as text: it is shown to the service that checks it. */
export const RequestShape = Type.Union([
  kind('create', { declaration: Declaration }),
  kind('update', { declaration: Declaration, revision: Count, former: Type.Optional(Ref) }),
  kind('remove', { object: Ref }),
  kind('requestRotation', { object: Ref }),
  kind('revoke', {
    object: Ref,
    overlapMs: Ms,
    tokenId: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })),
  }),
  kind('acknowledge', { object: Ref, proof: Type.String({ minLength: 1, maxLength: 4_096 }) }),
  kind('deactivate', { object: Ref }),
  kind('activate', { object: Ref }),
  kind('removePerson', { object: Ref }),
]);

/** As the caller says it: `cli:revoke`. The log puts `http:` before it. */
export const Path = Type.String({ pattern: '^[A-Za-z][-A-Za-z0-9:._/]{0,63}$', maxLength: 64 });

export const Holder = Type.String({
  pattern: '^[^\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]{1,300}$',
  maxLength: 300,
});

export const LeaseName = Name;

export const Digest = Type.Optional(Type.String({ minLength: 1, maxLength: 100 }));
export const Reason = Type.Optional(
  Type.String({ minLength: 1, maxLength: 500, description: 'Why a guard is to be broken, in an emergency.' }),
);

/** What came of one mutation. */
