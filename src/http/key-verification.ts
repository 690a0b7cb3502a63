/**
 * Is this key good? From memory; when the memory is too old to be trusted, from the store, and when that does not
 * answer either, not at all: `valid` is never a guess.
 */
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';
import { type DurationMs, SECOND_MS } from '../domain/time.js';
import type { VerificationRequest } from '../domain/verification.js';
import type { Clock } from '../ports/clock.js';
import type { Verification } from '../ports/live-store.js';
import type { HttpDependencies } from './dependencies.js';

/** A caller that waits longer has given up. */
const STORE_TIMEOUT_MS: DurationMs = 2 * SECOND_MS;

type Verifying = Pick<HttpDependencies, 'verifier' | 'store' | 'clock' | 'entitlements'>;

/** Usually synchronous. `store_unreachable` when neither the index nor the store can answer. */
export function verifyToken(
  { verifier, store, clock, entitlements }: Verifying,
  token: Secret,
  request: VerificationRequest,
): Result<Verification> | Promise<Result<Verification>> {
  const answer = verifier.verify(token.reveal(), request);
  if (answer.code !== 'UNAVAILABLE') return ok(withEntitlements(answer, entitlements));
  return verifyInStore({ store, clock }, token, request).then((known) => {
    if (!known.ok) return known;
    verifier.outrun(known.value, token.reveal(), request);
    return ok(withEntitlements(known.value, entitlements));
  });
}

/** What the store itself knows now, the account's plan aside. `store_unreachable` if it takes too long. */
export const verifyInStore = (
  { store, clock }: Pick<Verifying, 'store' | 'clock'>,
  token: Secret,
  request: VerificationRequest = {},
): Promise<Result<Verification>> => within(clock, STORE_TIMEOUT_MS, store.verify(token, request));

/**
 * Counts a call of this API by a key as a use of that key, or as a refusal. Tokens that are not keys are ignored.
 */
export const countUse = ({ verifier }: Pick<HttpDependencies, 'verifier'>, token: Secret): void =>
  void verifier.verify(token.reveal());

/** The last reason of all: whatever else is wrong with a key is said first. */
const withEntitlements = (
  answer: Verification,
  entitlements: HttpDependencies['entitlements'],
): Verification =>
  answer.valid && !entitlements.includesApi() ? { ...answer, valid: false, code: 'PLAN_REQUIRED' } : answer;

/** `store_unreachable` if it takes longer. */
export async function within<T>(clock: Clock, ms: DurationMs, asked: Promise<Result<T>>): Promise<Result<T>> {
  const enough = new AbortController();
  const late = clock.sleep(ms, enough.signal).then(
    () => fail(fault('store_unreachable', 'the store did not answer in time')),
    () => fail(fault('interrupted', 'the wait was cancelled')),
  );
  try {
    return await Promise.race([asked, late]);
  } finally {
    enough.abort();
  }
}

/** Longer, and the memory is not trusted any more, so that nothing old can be answered from it. */
const REFRESH_TIMEOUT_MS: DurationMs = 3 * SECOND_MS;

/** Brings this server's index up to date, so that a change is in force before it is answered; elsewhere within two seconds. */
export const refreshVerifier = ({
  verifier,
  clock,
}: Pick<HttpDependencies, 'verifier' | 'clock'>): Promise<Result<void>> =>
  within(clock, REFRESH_TIMEOUT_MS, verifier.refresh());
