/**
 * What a remote reconciler or person asks for: checked as documents are, done in the store with the rights of who they
 * are and not of who they say they are, and in force here before the answer.
 */

import { RECONCILER_PATH } from '../../../domain/apply-rights.js';
import { FAULTS, type Fault, fault } from '../../../domain/errors.js';
import { type ObjectRef, refText } from '../../../domain/objects.js';
import { actorOf, type Principal } from '../../../domain/principal.js';
import { fail, ok, type Result } from '../../../domain/result.js';
import { Secret } from '../../../domain/secret.js';
import type { Caller, Lease, Mutation, Outcome, Request } from '../../../ports/live-store.js';
import type { SentOutcome, SentRequest } from '../../../protocol/mutations.js';
import type { HttpDependencies } from '../../dependencies.js';
import { refreshVerifier } from '../../key-verification.js';
import { statusOf } from '../../problem.js';
import { checkDeclaration, type Naming } from './declaration.js';

/** The caller, and the store that they ask. */
export interface StoreCall {
  readonly principal: Principal;
  readonly deps: HttpDependencies;
}

/** What ends or narrows something must be so here before any verifier is refreshed. */
const NARROWING: ReadonlySet<string> = new Set([
  'revoke',
  'delete',
  'update',
  'remove',
  'removePerson',
  'deactivate',
]);

export interface Batch extends Pick<Caller, 'approval' | 'breakGlass'> {
  readonly lease: Lease;
  readonly mutations: readonly Mutation[];
}

/** What came of each, in order. Fails as a whole only where the outcome is unknown: a retry is harmless. */
export async function mutateAll(
  { principal, deps }: StoreCall,
  { lease, mutations, ...under }: Batch,
): Promise<Result<readonly SentOutcome[]>> {
  const checked = mutations.map((mutation) => checkedEffect(mutation, 'document'));
  const caller = { actor: actorOf(principal), path: RECONCILER_PATH, principal, ...under };
  const outcomes = await Promise.all(
    checked.map(async (one) => (one.ok ? deps.store.mutate(one.value, lease, caller) : one)),
  );
  if (mutations.some(({ kind }) => NARROWING.has(kind))) {
    const refreshed = await refreshVerifier(deps);
    if (!refreshed.ok) return refreshed;
  }
  return ok(outcomes.map(sentOutcome));
}

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
  {
    request,
    path,
    ...under
  }: { readonly request: SentRequest; readonly path: string } & Pick<Caller, 'isApproved' | 'breakGlass'>,
): Promise<Result<Outcome>> {
  const asked = asRequest(request);
  const checked = isChange(asked) ? checkedEffect(asked, 'any') : ok(asked);
  if (!checked.ok) return checked;
  const done = await deps.store.request(checked.value, { ...callerOf(principal, path), ...under });
  if (!done.ok || !NARROWING.has(request.kind)) return done;
  const refreshed = await refreshVerifier(deps);
  return refreshed.ok ? done : refreshed;
}

const asRequest = (request: SentRequest): Request =>
  request.kind === 'acknowledge' ? { ...request, proof: new Secret(request.proof) } : request;

type Effect = Mutation | Change;
type Change = Extract<Request, { kind: 'create' | 'update' | 'remove' | 'removePerson' }>;

const isChange = (request: Request): request is Change =>
  ['create', 'update', 'remove', 'removePerson'].includes(request.kind);

export async function claimOne(
  { principal, deps }: StoreCall,
  { object, path }: { readonly object: ObjectRef; readonly path: string },
): Promise<Result<string>> {
  const secret = await deps.store.claim(object, callerOf(principal, path));
  return secret.ok ? ok(secret.value.reveal()) : secret;
}

/** Who it is, by what they showed; by which way, as they say. */
export const callerOf = (principal: Principal, path: string): Caller => ({
  actor: actorOf(principal),
  path: `http:${path}`,
  principal,
});
