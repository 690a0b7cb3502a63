/**
 * Sessions: what a key, token, password or link is exchanged for. A session has one row and any number of access
 * tokens, each short-lived; ending the row, or what it stands on, ends them all.
 */
import { accountIdOf } from '../../domain/derived-ids.js';
import { fault } from '../../domain/errors.js';
import { actorOf, type Principal } from '../../domain/principal.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { DAY_MS, type DurationMs, HOUR_MS, type Instant, NEVER, SECOND_MS } from '../../domain/time.js';
import type { AccessToken } from '../../ports/identity.js';
import type { CredentialRow, ObjectRow } from '../storage-port.js';
import type { UnitOfWork } from '../unit-of-work.js';
import { type Claims, signAccessToken } from './access-token.js';
import {
  actingAs,
  changeCredential,
  findCredential,
  insertCredential,
  newPublicId,
  recordOf,
} from './credentials.js';
import { principalOf } from './principal-of.js';
import { ACCESS_TOKEN_MAX_MS, type SigningKey, signingKey } from './signing-keys.js';

/** However often it is refreshed. */
const SESSION_MAX_MS: DurationMs = 30 * DAY_MS;
const GUEST_MS: DurationMs = HOUR_MS;

/** One answer for whatever is wrong, so that nothing can be learned from it. */
export const unauthenticated = (): Result<never> =>
  fail(
    fault(
      'unauthenticated',
      'the credential is not accepted: it is unknown, expired or revoked, or its holder may not sign in; get a new one',
    ),
  );

/** A token that is decided on and not signed yet: signing needs no transaction. */
export interface Granted {
  readonly principal: Principal;
  readonly claims: Claims;
  readonly key: SigningKey;
}

export interface NewSession {
  readonly holder: ObjectRow;
  /** The credential or the version that it stands on. */
  readonly parentId: string;
  /** The caller asks for it to end by then. */
  readonly endsAt?: Instant | undefined;
  /** For the audit entry. */
  readonly detail: Readonly<Record<string, unknown>>;
}

/** What expired is kept as long as any session that stands on it could last; the log keeps it for ever. */
const KEPT_MS: DurationMs = SESSION_MAX_MS + DAY_MS;
/** More than one new session leaves behind, so that there are never many. */
const PURGED_AT_ONCE = 20;

/** Starts one. `unauthenticated` if the person may not sign in after all. */
export async function startSession(work: UnitOfWork, made: NewSession): Promise<Result<Granted>> {
  const row = await insertCredential(
    actingAs(work, made.holder),
    {
      kind: 'session',
      publicId: newPublicId(work),
      holder: made.holder,
      parentId: made.parentId,
      expiresAt: Math.min(work.now + SESSION_MAX_MS, made.endsAt ?? NEVER),
    },
    { action: 'session.started', detail: { ...made.detail, parentId: made.parentId } },
  );
  if (!row.ok) return row;
  await work.tx.credentials.purge(work.now - KEPT_MS, PURGED_AT_ONCE);
  return grant(work, row.value);
}

/** Another token of a session that continues. */
export async function refreshSession(work: UnitOfWork, row: CredentialRow): Promise<Result<Granted>> {
  const granted = await grant(work, row);
  if (!granted.ok) return granted;
  const { claims, principal } = granted.value;
  const { tokenId } = claims;
  const acting = { ...work, caller: { ...work.caller, actor: actorOf(principal) } };
  const recorded = await recordOf(acting, row, { action: 'session.refreshed', detail: { tokenId } });
  await work.tx.credentials.used(row.id, work.now);
  return recorded.ok ? granted : recorded;
}

/**
 * From now on a client's session reaches this space, which it just made, and nothing else. Any other caller that made one keeps
 * their access. `forbidden` for a session that made one meanwhile.
 */
export async function confineSession(
  work: UnitOfWork,
  principal: Principal,
  space: ObjectRow,
): Promise<Result<void>> {
  if (principal.kind !== 'client') return ok(undefined);
  const session = await findCredential(work, principal.credential.id);
  if (!session.ok) return session;
  if (session.value?.space_id !== null)
    return fail(
      fault(
        'forbidden',
        'this client session has already created its space; start another session for another space',
      ),
    );
  const confined = await changeCredential(
    work,
    { ...session.value, space_id: space.id },
    { action: 'session.confined', detail: { spaceId: space.id } },
  );
  return confined.ok ? ok(undefined) : confined;
}

async function grant(work: UnitOfWork, row: CredentialRow): Promise<Result<Granted>> {
  const found = await principalOf(work, row);
  if (!found.ok) return found;
  const principal = found.value;
  if (principal === undefined) return unauthenticated();
  const key = await signingKey(work);
  if (!key.ok) return key;
  const lifeMs = principal.kind === 'guest' ? GUEST_MS : ACCESS_TOKEN_MAX_MS;
  const latest = Math.min(work.now + lifeMs, principal.credential.expiresAt ?? NEVER);
  const expiresAt = latest - (latest % SECOND_MS);
  if (expiresAt <= work.now) return unauthenticated();
  const claims = {
    sessionId: row.id,
    tokenId: newPublicId(work),
    subject: principal.id,
    issuedAt: work.now,
    expiresAt,
  };
  const credential = { ...principal.credential, expiresAt };
  return ok({ principal: { ...principal, credential }, claims, key: key.value });
}

export async function signed({ principal, claims, key }: Granted, storeId: string): Promise<AccessToken> {
  const { expiresAt, issuedAt } = claims;
  return {
    token: await signAccessToken(claims, { storeId, ...key }),
    expiresAt,
    // From the second in which it was issued, as its claims have it.
    expiresInS: Math.floor(expiresAt / SECOND_MS) - Math.floor(issuedAt / SECOND_MS),
    principal,
    accountId: accountIdOf(storeId),
  };
}
