/**
 * Is this key good? One decision over facts, for every verifier: the server, the in-memory index and
 * the command line. The first reason that applies, in the contract's order.
 */
import { isAccepted, stateOf } from './lifecycle.js';
import type { OwnerStatus, VersionFacts } from './live.js';
import { permits } from './permissions.js';
import type { Instant } from './time.js';

export const VERIFICATION_CODES = [
  'VALID',
  'NOT_FOUND',
  'MALFORMED',
  'REVOKED',
  'EXPIRED',
  'INACTIVE',
  'OWNER_DELETED',
  'OWNER_DEACTIVATED',
  'WRONG_ENVIRONMENT',
  'FORBIDDEN',
  'PLAN_REQUIRED',
] as const;

/**
 * Says whether a key is good (`VALID`), or the first reason why it is not, in the order of the contract.
 */
export type VerificationCode = (typeof VERIFICATION_CODES)[number];

/** What the caller needs the key for. An absent field is not asked about. */
export interface VerificationRequest {
  readonly environment?: string;
  readonly permission?: string;
}

/** What the decision needs to know besides the version. */
export interface EffectiveKey {
  readonly environment: string;
  readonly isDeactivated: boolean;
  readonly owner: OwnerStatus;
  readonly permissions: readonly string[];
}

export function decide(
  version: VersionFacts,
  effective: EffectiveKey,
  request: VerificationRequest,
  now: Instant,
): VerificationCode {
  const state = stateOf(version, now);
  if (state === 'revoked') return 'REVOKED';
  if (state === 'expired') return 'EXPIRED';
  if (effective.isDeactivated || !isAccepted(version, now)) return 'INACTIVE';
  if (effective.owner === 'deleted') return 'OWNER_DELETED';
  if (effective.owner === 'deactivated') return 'OWNER_DEACTIVATED';
  if (request.environment !== undefined && request.environment !== effective.environment)
    return 'WRONG_ENVIRONMENT';
  if (request.permission !== undefined && !permits(effective.permissions, request.permission))
    return 'FORBIDDEN';
  return 'VALID';
}
