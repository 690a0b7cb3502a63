/** What is read of a live store over HTTP, call by call. */
import { type TSchema, Type } from 'typebox';
import type { Review, ReviewLimits } from '../domain/hygiene.js';
import { closed } from '../domain/kinds/fields.js';
import type { KnownToken, LiveDependent, LiveObject } from '../domain/live.js';
import type { ObjectRef } from '../domain/objects.js';
import { type DurationMs, MINUTE_MS } from '../domain/time.js';
import type {
  AuditEntry,
  Change,
  Checkpoint,
  CheckpointsHeld,
  ObjectPage,
  StoreFacts,
} from '../ports/live-store.js';
import * as shape from './objects.js';
import { operation, TIMEOUT_MS } from './operation.js';

/** Asked for in one request, at most. */
export const REFS_MAX = 500;
const PAGE_MAX = 1_000;

/** Walking a long chain says nothing until it is done. */
const WALK_TIMEOUT_MS: DurationMs = 10 * MINUTE_MS;

export const READS = 'plans:read';

const reading = { permission: READS, again: 'harmless', patienceMs: TIMEOUT_MS } as const;
const refs = Type.Array(shape.Ref, { maxItems: REFS_MAX });

export const facts = operation<object, StoreFacts & { readonly wire: number }>({
  ...reading,
  id: 'storeFacts',
  path: '/store/facts',
  summary: 'The identity of the store, its clock, and the version of these routes.',
  sent: Type.Object({}, closed),
  got: Type.Object({
    wire: Type.Integer(),
    storeId: Type.String(),
    now: shape.At,
    settleMs: shape.Ms,
    usage: Type.Object({ from: shape.At, until: shape.At }),
  }),
});

export const fetch = operation<{ readonly refs: readonly ObjectRef[] }, readonly LiveObject[]>({
  ...reading,
  id: 'storeFetch',
  path: '/store/fetch',
  summary: 'All facts about the given objects that are live, by kind and name.',
  sent: Type.Object({ refs }, closed),
  got: Type.Array(shape.LiveObject),
});

export const list = operation<ObjectPage, readonly LiveObject[]>({
  ...reading,
  id: 'storeList',
  path: '/store/list',
  summary: 'All facts about the live objects of a kind, ordered by name, in pages.',
  sent: Type.Object(
    {
      kind: shape.Kind,
      after: Type.Optional(Type.String({ maxLength: 400 })),
      limit: Type.Integer({ minimum: 1, maximum: PAGE_MAX }),
    },
    closed,
  ),
  got: Type.Array(shape.LiveObject),
});

export interface SentReference {
  readonly kind: string;
  readonly name: string;
}

export const resolve = operation<
  { readonly references: readonly SentReference[] },
  readonly (ObjectRef | null)[]
>({
  ...reading,
  id: 'storeResolve',
  path: '/store/resolve',
  summary: 'The live objects with these ids or addresses; null for one that matches no object.',
  sent: Type.Object(
    {
      references: Type.Array(Type.Object({ kind: shape.Text, name: shape.Text }, closed), {
        maxItems: REFS_MAX,
      }),
    },
    closed,
  ),
  got: Type.Array(Type.Union([shape.Ref, Type.Null()])),
});

export const dependents = operation<{ readonly object: ObjectRef }, readonly LiveDependent[]>({
  ...reading,
  id: 'storeDependents',
  path: '/store/dependents',
  summary: 'The dependents that keep an object from being removed.',
  sent: Type.Object({ object: shape.Ref }, closed),
  got: Type.Array(shape.Dependent),
});

export const review = operation<ReviewLimits, Review>({
  ...reading,
  id: 'storeReview',
  path: '/store/review',
  summary: 'Live keys that need attention: owned by users, unused, old, about to expire.',
  sent: Type.Object({ staleAfterMs: shape.Ms, maxAgeMs: shape.Ms }, closed),
  got: shape.Review,
});

export const tokens = operation<{ readonly ids: readonly string[] }, readonly KnownToken[]>({
  ...reading,
  id: 'storeTokens',
  path: '/store/tokens',
  summary: 'The owners of tokens, by their public ids.',
  sent: Type.Object({ ids: Type.Array(Type.String({ maxLength: 64 }), { maxItems: REFS_MAX }) }, closed),
  got: Type.Array(shape.KnownToken),
});

const auditing = { permission: 'audit:read', again: 'harmless' } as const;

export const audit = operation<
  { readonly since?: number; readonly object?: string; readonly limit?: number },
  readonly AuditEntry[]
>({
  ...auditing,
  patienceMs: TIMEOUT_MS,
  id: 'storeAudit',
  path: '/store/audit',
  summary: 'Entries of the audit log, oldest first; for one object, including those from before a rename.',
  sent: Type.Object(
    {
      since: Type.Optional(shape.Count),
      object: Type.Optional(Type.String({ maxLength: 500 })),
      limit: Type.Optional(Type.Integer({ minimum: 0, maximum: PAGE_MAX })),
    },
    closed,
  ),
  got: Type.Array(
    Type.Object({
      seq: shape.Count,
      at: shape.At,
      actor: Type.String(),
      path: Type.String(),
      action: Type.String(),
      object: Type.String(),
      detail: Type.Record(Type.String(), Type.Unknown()),
      previousHash: Type.String(),
      hash: Type.String(),
    }),
  ),
});

/** What does not hold is what was found, and no failure of the question. */
export type Found<T> = T | Broken;
export interface Broken {
  readonly broken: { readonly code: BrokenCode; readonly message: string };
}
export type BrokenCode = (typeof BROKEN)[number];
export const BROKEN = ['audit_broken', 'store_tampered'] as const;

const orBroken = (found: TSchema): TSchema =>
  Type.Union([
    found,
    Type.Object(
      { broken: Type.Object({ code: Type.Enum([...BROKEN]), message: Type.String() }, closed) },
      closed,
    ),
  ]);

const walking = { ...auditing, patienceMs: WALK_TIMEOUT_MS } as const;

export const verifyAudit = operation<object, Found<{ readonly entries: number; readonly head: string }>>({
  ...walking,
  id: 'storeVerifyAudit',
  path: '/store/verify-audit',
  summary: 'Verifies the whole chain of the audit log.',
  sent: Type.Object({}, closed),
  got: orBroken(Type.Object({ entries: shape.Count, head: Type.String() }, closed)),
});

export const checkpoint = operation<object, Checkpoint>({
  ...auditing,
  patienceMs: TIMEOUT_MS,
  id: 'storeCheckpoint',
  path: '/store/checkpoint',
  summary: 'Returns a signed checkpoint of the audit log.',
  sent: Type.Object({}, closed),
  got: Type.Object({ seq: shape.Count, at: shape.At, line: Type.String() }, closed),
});

export const verifyCheckpoints = operation<{ readonly lines: readonly string[] }, Found<CheckpointsHeld>>({
  ...walking,
  id: 'storeVerifyCheckpoints',
  path: '/store/verify-checkpoints',
  summary: 'Checks the audit log against checkpoints.',
  sent: Type.Object({ lines: Type.Array(Type.String({ maxLength: 4_096 }), { maxItems: REFS_MAX }) }, closed),
  got: orBroken(Type.Object({ checkpoints: shape.Count, seq: shape.Count }, closed)),
});

export const changes = operation<{ readonly since: number; readonly limit: number }, readonly Change[]>({
  ...reading,
  id: 'storeChanges',
  path: '/store/changes',
  summary: 'The changes after a revision, oldest first.',
  sent: Type.Object({ since: shape.Count, limit: Type.Integer({ minimum: 0, maximum: PAGE_MAX }) }, closed),
  got: Type.Array(Type.Object({ seq: shape.Count, at: shape.At, object: shape.Ref, action: Type.String() })),
});
