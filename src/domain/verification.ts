/**
 * Is this key good? One decision over facts, for every verifier: the server, the in-memory index and
 * the command line. The first reason that applies, in the contract's order.
 */
import { isAccepted, stateOf } from './lifecycle.js';
import type { OwnerStanding, VersionFacts } from './live.js';
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
export interface KeyStanding {
  readonly environment: string;
  readonly isDeactivated: boolean;
  readonly owner: OwnerStanding;
  readonly permissions: readonly string[];
}

export function decide(
  version: VersionFacts,
  standing: KeyStanding,
  request: VerificationRequest,
  now: Instant,
): VerificationCode {
  const state = stateOf(version, now);
  if (state === 'revoked') return 'REVOKED';
  if (state === 'expired') return 'EXPIRED';
  if (standing.isDeactivated || !isAccepted(version, now)) return 'INACTIVE';
  if (standing.owner === 'deleted') return 'OWNER_DELETED';
  if (standing.owner === 'deactivated') return 'OWNER_DEACTIVATED';
  if (request.environment !== undefined && request.environment !== standing.environment)
    return 'WRONG_ENVIRONMENT';
  if (request.permission !== undefined && !permits(standing.permissions, request.permission))
    return 'FORBIDDEN';
  return 'VALID';
}
