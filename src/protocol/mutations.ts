/** What is done in a live store over HTTP, call by call. */
import { Type } from 'typebox';
import { closed } from '../domain/kinds/fields.js';
import type { ObjectRef } from '../domain/objects.js';
import type { VerificationRequest } from '../domain/verification.js';
import type { Caller, Lease, Mutation, Outcome, Request, Verification } from '../ports/live-store.js';
import {
  Digest,
  Lease as LeaseShape,
  Mutations,
  Outcome as OutcomeShape,
  Outcomes,
  Path,
  Reason,
  RequestShape,
} from './effects.js';
import * as shape from './objects.js';
import { operation, TIMEOUT_MS } from './operation.js';

const WRITES = 'plans:apply';

export type SentOutcome =
  | { readonly ok: true; readonly value: Outcome }
  | { readonly ok: false; readonly error: { readonly code: string; readonly message: string } };

export const mutate = operation<
  { readonly lease: Lease; readonly mutations: readonly Mutation[] } & Pick<
    Caller,
    'approval' | 'breakGlass'
  >,
  readonly SentOutcome[]
>({
  permission: WRITES,
  // Each is fenced by the lease, and by a revision, a version number or what exists already.
  again: 'harmless',
  patienceMs: TIMEOUT_MS,
  id: 'storeMutate',
  path: '/store/mutate',
  summary: 'Apply changes of a reconciler, under the lease of writers.',
  description:
    'Each is a transaction of its own, and idempotent. Owners, keys of the tenant and personal keys of owners ' +
    'are changed by owners, and by keys of the tenant that have `plans:apply`. Secrets come sealed.',
  sent: Type.Object(
    { lease: LeaseShape, mutations: Mutations, approval: Digest, breakGlass: Reason },
    closed,
  ),
  got: Outcomes,
});

/** A `Request` with its proof as text. */
export type SentRequest =
  | Exclude<Request, { readonly kind: 'acknowledge' }>
  | { readonly kind: 'acknowledge'; readonly object: ObjectRef; readonly proof: string };

export const request = operation<
  { readonly request: SentRequest; readonly path: string } & Pick<Caller, 'isApproved' | 'breakGlass'>,
  Outcome
>({
  // What makes something is refused the second time, as if another caller had made it.
  again: 'unwanted',
  patienceMs: TIMEOUT_MS,
  id: 'storeRequest',
  path: '/store/request',
  summary: 'A change requested by a user.',
  description:
    'Requires the permission of the route of the same name (`keys:rotate`, `keys:revoke`, `keys:write`), or, where an apply does ' +
    'the same, `plans:apply`; so does creating, changing or removing an object. `path` is written to the audit log after `http:`.',
  sent: Type.Object(
    { request: RequestShape, path: Path, isApproved: Type.Optional(Type.Boolean()), breakGlass: Reason },
    closed,
  ),
  got: OutcomeShape,
});

export const claim = operation<{ readonly object: ObjectRef; readonly path: string }, string>({
  again: 'unwanted',
  patienceMs: TIMEOUT_MS,
  id: 'storeClaim',
  path: '/store/claim',
  summary: 'The secret of a key without sinks, once; that of a publishable key any number of times.',
  description:
    'Requires `plans:apply`, as for changing the key; or `keys:write` for a key of a team, or a personal key of the caller.',
  sent: Type.Object({ object: shape.Ref, path: Path }, closed),
  got: Type.String({ description: 'The secret, in clear.' }),
});

export const verify = operation<
  { readonly token: string; readonly request: VerificationRequest; readonly consumer?: string },
  Verification
>({
  permission: 'keys:verify',
  again: 'harmless',
  patienceMs: TIMEOUT_MS,
  id: 'storeVerify',
  path: '/store/verify',
  summary: 'Checks whether a key is accepted, reading the store itself. Counts as a use by `consumer`.',
  sent: Type.Object(
    {
      token: Type.String({ maxLength: 4_096 }),
      request: Type.Object(
        { environment: Type.Optional(shape.Name), permission: Type.Optional(shape.Name) },
        closed,
      ),
      consumer: Type.Optional(Type.String({ maxLength: 200 })),
    },
    closed,
  ),
  got: Type.Object({
    valid: Type.Boolean(),
    code: Type.String(),
    key: Type.Optional(
      Type.Object({
        keyId: Type.String(),
        name: Type.String(),
        version: Type.Integer(),
        type: Type.String(),
        environment: Type.String(),
        owner: Type.String(),
        permissions: Type.Array(Type.String()),
        expiresAt: Type.Optional(shape.At),
      }),
    ),
  }),
});
