/**
 * Who calls, as the transaction of their effect sees them: made anew from what they showed, so that a right that was taken
 * away since the request arrived is not used any more.
 */
import type { Principal } from '../../domain/principal.js';
import { fail, ok, type Result } from '../../domain/result.js';
import type { Caller } from '../../ports/live-store.js';
import type { UnitOfWork } from '../unit-of-work.js';
import { findCredential, type Reading } from './credentials.js';
import type { Maybe } from './maybe.js';
import { principalOf, principalOfKey } from './principal-of.js';
import { unauthenticated } from './sessions.js';

/** The same work, with the present rights of the caller; `unauthenticated` once the presented credential is no longer valid. */
export async function inTheNameOf(
  work: UnitOfWork,
  { principal }: Pick<Caller, 'principal'>,
): Promise<Result<UnitOfWork>> {
  if (principal === undefined) return ok(work);
  const now = await principalNow(work, principal);
  return now.ok ? ok({ ...work, principal: now.value }) : now;
}

export async function principalNow(reading: Reading, before: Principal): Promise<Result<Principal>> {
  const found = await presentedBy(reading, before);
  if (!found.ok) return fail(found.error);
  const principal = found.value;
  if (principal === undefined || principal.id !== before.id) return unauthenticated();
  const { expiresAt } = before.credential;
  return ok({ ...principal, credential: { ...principal.credential, expiresAt } });
}

async function presentedBy(reading: Reading, { credential }: Principal): Promise<Maybe<Principal>> {
  if (credential.kind === 'key') {
    const version = await reading.tx.versions.byTokenId(credential.id);
    return version === undefined ? ok(undefined) : principalOfKey(reading, version);
  }
  const row = await findCredential(reading, credential.id);
  if (!row.ok || row.value === undefined) return row.ok ? ok(undefined) : row;
  return principalOf(reading, row.value);
}
