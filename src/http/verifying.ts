/**
 * Is this key good? From memory; when the memory is too old to be trusted, from the store, and when that does not
 * answer either, not at all: nobody is told `valid` on hearsay.
 */
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';
import { type DurationMs, SECOND_MS } from '../domain/time.js';
import type { VerificationRequest } from '../domain/verification.js';
import type { Clock } from '../ports/clock.js';
import type { Verification } from '../ports/live-store.js';
import type { HttpWorld } from './world.js';

/** Who waits longer has gone elsewhere. */
const STORE_TIMEOUT_MS: DurationMs = 2 * SECOND_MS;

type Verifying = Pick<HttpWorld, 'verifier' | 'store' | 'clock' | 'plan'>;

/** At once as a rule. `store_unreachable` when nobody knows. */
export function verifyToken(
  { verifier, store, clock, plan }: Verifying,
  token: Secret,
  request: VerificationRequest,
): Result<Verification> | Promise<Result<Verification>> {
  const answer = verifier.verify(token.reveal(), request);
  if (answer.code !== 'UNAVAILABLE') return ok(asPlanned(answer, plan));
  return verifyInStore({ store, clock }, token, request).then((known) => {
    if (!known.ok) return known;
    verifier.outrun(known.value, token.reveal(), request);
    return ok(asPlanned(known.value, plan));
  });
}

/** What the store itself knows now, the account's plan aside. `store_unreachable` if it takes too long. */
export const verifyInStore = (
  { store, clock }: Pick<Verifying, 'store' | 'clock'>,
  token: Secret,
  request: VerificationRequest = {},
): Promise<Result<Verification>> => within(clock, STORE_TIMEOUT_MS, store.verify(token, request));

/**
 * A call of ours by a key is a use of it like any other: counted if it let somebody in, and known of if not. Tokens
 * that are no keys are passed over.
 */
export const noteUse = ({ verifier }: Pick<HttpWorld, 'verifier'>, token: Secret): void =>
  void verifier.verify(token.reveal());

/** The last reason of all: whatever else is wrong with a key is said first. */
const asPlanned = (answer: Verification, plan: HttpWorld['plan']): Verification =>
  answer.valid && !plan.includesApi() ? { ...answer, valid: false, code: 'PLAN_REQUIRED' } : answer;

/** `store_unreachable` if it takes longer. */
export async function within<T>(clock: Clock, ms: DurationMs, asked: Promise<Result<T>>): Promise<Result<T>> {
  const enough = new AbortController();
  const late = clock.sleep(ms, enough.signal).then(
    () => fail(fault('store_unreachable', 'the store did not answer in time')),
    () => fail(fault('interrupted', 'the wait was called off')),
  );
  try {
    return await Promise.race([asked, late]);
  } finally {
    enough.abort();
  }
}

/** Longer, and the memory is not trusted any more, so that nothing old can be answered from it. */
const IN_FORCE_WITHIN_MS: DurationMs = 3 * SECOND_MS;

/** What was just done decides here from now on; elsewhere within two seconds. */
export const inForce = ({ verifier, clock }: Pick<HttpWorld, 'verifier' | 'clock'>): Promise<Result<void>> =>
  within(clock, IN_FORCE_WITHIN_MS, verifier.refresh());
