/** What is done in a live store over HTTP, call by call. */
import { type TObject, Type } from 'typebox';
import type { ProjectSettings } from '../domain/approval.js';
import { closed } from '../domain/kinds/fields.js';
import { Project } from '../domain/kinds/project.js';
import type { ObjectRef } from '../domain/objects.js';
import { type DurationMs, SECOND_MS } from '../domain/time.js';
import type { VerificationRequest } from '../domain/verification.js';
import type { Caller, Lease, Mutation, Outcome, Request, Verification } from '../ports/live-store.js';
import type { PlanApproval } from '../ports/project-guard.js';
import type { SignIn } from '../ports/sign-ins.js';
import {
  Holder,
  Lease as LeaseShape,
  Mutations,
  Outcome as OutcomeShape,
  Outcomes,
  Path,
  RequestShape,
} from './effects.js';
import * as shape from './objects.js';
import { operation } from './operation.js';

const TIMEOUT_MS: DurationMs = 30 * SECOND_MS;
/** A lease is over in five seconds: an answer that comes later is of no use. */
const LEASE_TIMEOUT_MS: DurationMs = 2 * SECOND_MS;

const WRITES = 'plans:apply';
const leasing = { permission: WRITES, patienceMs: LEASE_TIMEOUT_MS } as const;

export const acquireLease = operation<
  { readonly holder: string; readonly ttlMs: DurationMs; readonly name?: string },
  Lease
>({
  ...leasing,
  id: 'storeAcquireLease',
  path: '/store/acquire-lease',
  summary: 'Acquire the lease of writers, or a lease that elects a leader.',
  description: '`locked` while another holder has it. The store limits its duration.',
  // The second time it would find itself locked out by the first.
  again: 'unwanted',
  sent: Type.Object(
    { holder: Holder, ttlMs: shape.Ms, name: Type.Optional(LeaseShape.properties.name) },
    closed,
  ),
  got: LeaseShape,
});

export const renewLease = operation<{ readonly lease: Lease }, Lease>({
  ...leasing,
  id: 'storeRenewLease',
  path: '/store/renew-lease',
  summary: 'Extend a lease.',
  description: '`lease_lost` when another holder has it.',
  again: 'harmless',
  sent: Type.Object({ lease: LeaseShape }, closed),
  got: LeaseShape,
});

export const releaseLease = operation<{ readonly lease: Lease }, null>({
  ...leasing,
  id: 'storeReleaseLease',
  path: '/store/release-lease',
  summary: 'Release a lease.',
  again: 'harmless',
  sent: Type.Object({ lease: LeaseShape }, closed),
  got: Type.Null(),
});

/** Of the approved plan that effects are of. */
const Digest = Type.Optional(Type.String({ minLength: 1, maxLength: 100 }));
const Reason = Type.Optional(
  Type.String({ minLength: 1, maxLength: 500, description: 'Why a guard is to be broken, in an emergency.' }),
);

/** What came of one mutation. */
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
  // Each is fenced by the lease, and by a revision, a generation or what is there already.
  again: 'harmless',
  patienceMs: TIMEOUT_MS,
  id: 'storeMutate',
  path: '/store/mutate',
  summary: 'Apply changes of a reconciler, under the lease of writers.',
  description:
    'Each is a transaction of its own, and idempotent. Owners, keys of the tenant and personal keys of owners' +
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
  // What makes something is refused the second time, as if somebody else had made it.
  again: 'unwanted',
  patienceMs: TIMEOUT_MS,
  id: 'storeRequest',
  path: '/store/request',
  summary: 'A change requested by a user.',
  description:
    'Requires the permission of the route of the same name (`keys:rotate`, `keys:revoke`, `keys:write`), or, where an apply does' +
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

const holder = { of: Type.Optional(shape.Ref) };

export const signIns = operation<{ readonly of?: ObjectRef }, readonly SignIn[]>({
  again: 'harmless',
  patienceMs: TIMEOUT_MS,
  id: 'storeSignIns',
  path: '/store/sign-ins',
  summary:
    'Sessions and personal access tokens of a user, guest or key that are good; without `of`, your own.',
  sent: Type.Object(holder, closed),
  got: Type.Array(
    Type.Object({
      id: Type.String(),
      kind: Type.Enum(['session', 'personal-access-token']),
      of: shape.Ref,
      name: Type.Optional(Type.String()),
      by: Type.Optional(Type.String()),
      createdAt: shape.At,
      lastUsedAt: Type.Optional(shape.At),
      expiresAt: Type.Optional(shape.At),
      isCurrent: Type.Boolean(),
    }),
  ),
});

export const endSignIns = operation<
  { readonly of?: ObjectRef; readonly id?: string; readonly path: string },
  number
>({
  again: 'harmless',
  patienceMs: TIMEOUT_MS,
  id: 'storeEndSignIns',
  path: '/store/end-sign-ins',
  summary: 'End one of them, or all of a holder except the one in use; answers how many ended.',
  sent: Type.Object(
    { ...holder, id: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })), path: Path },
    closed,
  ),
  got: shape.Count,
});

export const replaceSigningKeys = operation<{ readonly path: string }, null>({
  again: 'harmless',
  patienceMs: TIMEOUT_MS,
  id: 'storeReplaceSigningKeys',
  path: '/store/replace-signing-keys',
  summary: 'Refuse every access token that was signed until now. For owners.',
  sent: Type.Object({ path: Path }, closed),
  got: Type.Null(),
});

const Settings = Type.Object(
  {
    project: shape.Name,
    guard: (Project.schema as TObject).properties['guard'] ?? Type.Object({}),
    permissions: Type.Array(Type.String({ maxLength: 100 }), { maxItems: 500 }),
  },
  closed,
);

export const declareProject = operation<
  { readonly settings: ProjectSettings; readonly lease: Lease } & Pick<Caller, 'approval' | 'breakGlass'>,
  boolean
>({
  permission: WRITES,
  again: 'harmless',
  patienceMs: TIMEOUT_MS,
  id: 'storeDeclareProject',
  path: '/store/declare-project',
  summary:
    'What a project declares of itself: its guard, which the store holds from then on, and its permissions.',
  sent: Type.Object({ settings: Settings, lease: LeaseShape, approval: Digest, breakGlass: Reason }, closed),
  got: Type.Boolean({ description: 'Whether that changed anything.' }),
});

/** In one request, at most. */
export const COVERS_MAX = 1_000;

export const approve = operation<PlanApproval & { readonly path: string }, null>({
  again: 'harmless',
  patienceMs: TIMEOUT_MS,
  id: 'storeApprove',
  path: '/store/approve',
  summary: 'Approve a plan; it can be applied within a week.',
  description:
    'Requires `plans:approve`, unless the same plan was approved already. A long plan is sent in parts.',
  sent: Type.Object(
    {
      digest: Type.String({ minLength: 1, maxLength: 100 }),
      project: shape.Name,
      covers: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: COVERS_MAX }),
      allowRemovals: Type.Optional(shape.Count),
      path: Path,
    },
    closed,
  ),
  got: Type.Null(),
});

export const projects = operation<object, readonly ProjectSettings[]>({
  permission: 'plans:read',
  again: 'harmless',
  patienceMs: TIMEOUT_MS,
  id: 'storeProjects',
  path: '/store/projects',
  summary: 'What projects declared of themselves last.',
  sent: Type.Object({}, closed),
  got: Type.Array(Settings),
});
