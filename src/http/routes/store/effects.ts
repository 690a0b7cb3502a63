/**
 * What a remote reconciler or person asks for: checked as documents are, allowed by their credential and not by what
 * they claim, done in the store, and in force here before the answer.
 */
import { authorize } from '../../../domain/access.js';
import { authorizeApply, RECONCILER_PATH } from '../../../domain/apply-rights.js';
import { FAULTS, type Fault, fault } from '../../../domain/errors.js';
import type { LiveObject } from '../../../domain/live.js';
import { type ObjectRef, refText } from '../../../domain/objects.js';
import { actorOf, type Principal } from '../../../domain/principal.js';
import { fail, ok, type Result } from '../../../domain/result.js';
import { Secret } from '../../../domain/secret.js';
import type { Caller, Lease, LiveStore, Mutation, Outcome, Request } from '../../../ports/live-store.js';
import type { SentOutcome, SentRequest } from '../../../protocol/mutations.js';
import { READS } from '../../../protocol/queries.js';
import { maySee, mayTouch } from '../../access.js';
import type { HttpDependencies } from '../../dependencies.js';
import { refreshVerifier } from '../../key-verification.js';
import { statusOf } from '../../problem.js';
import { checkDeclaration, type Naming } from './declaration.js';
import { type Effect, reservations } from './reserved.js';

/** The caller, and the store that they ask. */
export interface StoreCall {
  readonly principal: Principal;
  readonly deps: HttpDependencies;
}

/** What ends or narrows access must be in force here before it is answered. */
const NARROWING: ReadonlySet<string> = new Set([
  'revoke',
  'delete',
  'update',
  'remove',
  'removePerson',
  'deactivate',
]);

export interface Batch {
  readonly lease: Lease;
  readonly mutations: readonly Mutation[];
}

/** What came of each, in order. Fails as a whole only where the outcome is unknown: a retry is harmless. */
export async function mutateAll(
  { principal, deps }: StoreCall,
  { lease, mutations }: Batch,
): Promise<Result<readonly SentOutcome[]>> {
  const checked = mutations.map((mutation) => checkedEffect(mutation, 'document'));
  const right = checked.flatMap((one) => (one.ok ? [one.value] : []));
  const allowed = await reservations(deps.store, principal, right);
  if (!allowed.ok) return allowed;
  const caller = { actor: actorOf(principal), path: RECONCILER_PATH };
  const outcomes = await Promise.all(
    checked.map(async (one) => {
      if (!one.ok) return one;
      const may = allowed.value.get(one.value) ?? NOT_ASKED;
      return may.ok ? deps.store.mutate(one.value, lease, caller) : may;
    }),
  );
  if (mutations.some(({ kind }) => NARROWING.has(kind))) {
    const refreshed = await refreshVerifier(deps);
    if (!refreshed.ok) return refreshed;
  }
  return ok(outcomes.map(sentOutcome));
}

const NOT_ASKED = fail(fault('internal', 'an effect without an authorization decision'));

const sentOutcome = (outcome: Result<Outcome>): SentOutcome =>
  outcome.ok ? ok(sealedOnly(outcome.value)) : { ok: false, error: shownFault(outcome.error) };

/** A secret leaves in its box alone. */
const sealedOnly = ({ drawn: _, ...sent }: Outcome): Outcome => sent;

/** As in a problem: what went wrong inside stays there. */
const shownFault = ({ code, message }: Fault): { readonly code: string; readonly message: string } => ({
  code,
  message: statusOf(code) >= 500 ? FAULTS[code] : message,
});

function checkedEffect<E extends Effect>(effect: E, naming: Naming): Result<E> {
  if (!('declaration' in effect)) return ok(effect);
  const { declaration } = effect;
  const former = 'former' in effect ? effect.former : undefined;
  if (former !== undefined && former.kind !== declaration.kind)
    return fail(fault('conflict', `${refText(former)} cannot become a ${declaration.kind}`));
  const checked = checkDeclaration(declaration, naming);
  return checked.ok ? ok({ ...effect, declaration: checked.value }) : checked;
}

export async function requestOne(
  { principal, deps }: StoreCall,
  { request, path }: { readonly request: SentRequest; readonly path: string },
): Promise<Result<Outcome>> {
  const asked = asRequest(request);
  const checked = isChange(asked) ? checkedEffect(asked, 'any') : ok(asked);
  if (!checked.ok) return checked;
  const allowed = await mayRequest({ principal, deps }, checked.value);
  if (!allowed.ok) return allowed;
  const done = await deps.store.request(checked.value, callerOf(principal, path));
  if (!done.ok || !NARROWING.has(request.kind)) return done;
  const refreshed = await refreshVerifier(deps);
  return refreshed.ok ? done : refreshed;
}

const asRequest = (request: SentRequest): Request =>
  request.kind === 'acknowledge' ? { ...request, proof: new Secret(request.proof) } : request;

type Change = Extract<Request, { kind: 'create' | 'update' | 'remove' | 'removePerson' }>;

const isChange = (request: Request): request is Change =>
  ['create', 'update', 'remove', 'removePerson'].includes(request.kind);

/** What each asks of the key, as the route of that name does. */
const PERMISSIONS = {
  requestRotation: 'keys:rotate',
  revoke: 'keys:revoke',
  acknowledge: 'keys:rotate',
  deactivate: 'keys:write',
  activate: 'keys:write',
} as const;

/** What an apply does to a key anyway. Nothing automatic deactivates or activates a key. */
const BY_APPLYING: ReadonlySet<string> = new Set(['requestRotation', 'revoke', 'acknowledge']);

async function mayRequest({ principal, deps }: StoreCall, request: Request): Promise<Result<void>> {
  if (isChange(request)) return allowedChange(deps.store, principal, request);
  const { kind, object } = request;
  if (BY_APPLYING.has(kind)) {
    const allowed = await allowedChange(deps.store, principal, { kind: 'remove', object });
    if (allowed.ok || allowed.error.code !== 'forbidden') return allowed;
  }
  const permission = PERMISSIONS[kind];
  const found = await seen(deps.store, principal, { ref: object, permission });
  return found.ok ? mayTouch(principal, permission, found.value) : found;
}

/**
 * For callers who may apply what the key declares, for a sink of theirs would have its secret, too; and for those whose
 * key it is. What came with the store administrators reveal (contract.md, fine print 4).
 */
export async function claimOne(
  { principal, deps }: StoreCall,
  { object, path }: { readonly object: ObjectRef; readonly path: string },
): Promise<Result<string>> {
  const found = await seen(deps.store, principal, { ref: object, permission: CLAIM });
  if (!found.ok) return found;
  const allowed = await mayClaim(deps.store, principal, found.value);
  if (!allowed.ok) return allowed;
  const secret = await deps.store.claim(object, callerOf(principal, path));
  return secret.ok ? ok(secret.value.reveal()) : secret;
}

const CLAIM = 'keys:write';

async function mayClaim(store: LiveStore, principal: Principal, object: LiveObject): Promise<Result<void>> {
  const { declaration, origin, ref } = object;
  const { team, user } = declaration.kind === 'ApiKey' ? declaration.spec.owner : {};
  if ((team ?? user) !== undefined && mayTouch(principal, CLAIM, object).ok) return ok(undefined);
  if (origin === 'system') return authorizeApply(principal);
  return allowedChange(store, principal, { kind: 'remove', object: ref });
}

async function allowedChange(store: LiveStore, principal: Principal, change: Change): Promise<Result<void>> {
  const allowed = await reservations(store, principal, [change]);
  return allowed.ok ? (allowed.value.get(change) ?? NOT_ASKED) : allowed;
}

/** An object that the caller may know of; `not_found` for any other. */
async function seen(
  store: LiveStore,
  principal: Principal,
  { ref, permission }: { readonly ref: ObjectRef; readonly permission: string },
): Promise<Result<LiveObject>> {
  const found = await store.fetch([ref]);
  if (!found.ok) return found;
  const [object] = found.value;
  const isSeen =
    object !== undefined &&
    (authorize(principal, READS, { kind: 'account' }).ok ||
      [permission, 'keys:read'].some((one) => maySee(principal, one, object)));
  return isSeen ? ok(object) : fail(fault('not_found', `there is no ${refText(ref)}`));
}

/** Who it is, by what they showed; by which way, as they say. */
const callerOf = (principal: Principal, path: string): Caller => ({
  actor: actorOf(principal),
  path: `http:${path}`,
});
