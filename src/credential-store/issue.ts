/**
 * Issue: a new version, accepted from the instant it exists. The secret is kept sealed until its delivery
 * is confirmed, so that the same request again gives the same secret: a crash is a pause.
 */
import { fault } from '../domain/errors.js';
import type { ApiKeySpec } from '../domain/kinds/index.js';
import { ALIVE_VERSIONS_MAX, isAlive } from '../domain/lifecycle.js';
import { CLAIM_RECIPIENT } from '../domain/live.js';
import { type ObjectRef, refText } from '../domain/objects.js';
import { fail, ok, type Result } from '../domain/result.js';
import { fingerprintOf, mintKey, type Secret } from '../domain/secret.js';
import { durationMs, type Instant, NEVER } from '../domain/time.js';
import type { Outcome } from '../ports/live-store.js';
import type { Recipient } from '../ports/sealing.js';
import { loadKey, type StoredKey, saveKey } from './key-repository.js';
import { versionFactsOf } from './rows.js';
import type { VersionRow } from './storage-port.js';
import { moved, type UnitOfWork } from './unit-of-work.js';

export interface IssueRequest {
  readonly object: ObjectRef;
  readonly generation: number;
  readonly recipient: Recipient;
}

/** `moved`, `sealed_to_another`, `too_many_versions`, or `conflict` when it could only be issued expired. */
export async function issue(work: UnitOfWork, request: IssueRequest): Promise<Result<Outcome>> {
  const key = await loadKey(work, request.object);
  if (!key.ok) return key;
  const { row, spec, versions } = key.value;
  // Without sinks only the server may open it, for the caller that claims it.
  const recipient = (spec.deliver ?? []).length === 0 ? CLAIM_RECIPIENT : request.recipient;
  const newest = versions.at(-1);
  if (newest?.generation === request.generation) return again(request, newest, { recipient, row });
  if (request.generation !== (newest?.generation ?? 0) + 1)
    return fail(moved(request.object, `version ${request.generation} is not the next`));
  const alive = versions.filter((version) => isAlive(versionFactsOf(version), work.now));
  if (alive.length >= ALIVE_VERSIONS_MAX)
    return fail(
      fault(
        'too_many_versions',
        `${refText(request.object)} has ${alive.length} accepted versions; hand one over before issuing the next`,
      ),
    );
  return issueNext(work, key.value, { ...request, recipient });
}

/** The same request again: the same envelope, if it is kept and for the same recipient. */
function again(
  request: IssueRequest,
  version: VersionRow,
  { recipient, row }: { readonly recipient: Recipient; readonly row: { readonly revision: number } },
): Result<Outcome> {
  if (version.sealed === null)
    return fail(
      moved(request.object, `the secret of version ${version.generation} was delivered and is not kept`),
    );
  if (version.recipient !== recipient)
    return fail(
      fault(
        'sealed_to_another',
        `${refText(request.object)}: version ${version.generation} is sealed to another reconciler; plan again to issue the next`,
      ),
    );
  return ok({ revision: row.revision, changed: false, issued: issuedOf(version, version.sealed) });
}

async function issueNext(work: UnitOfWork, key: StoredKey, request: IssueRequest): Promise<Result<Outcome>> {
  const { row, spec, versions } = key;
  // A rotation is met by what is issued later, also when both arrive in one millisecond.
  const issuedAt = Math.max(work.now, row.rotation_requested_at ?? 0);
  const expiresAt = expiryOf(spec, issuedAt);
  if (expiresAt !== undefined && expiresAt <= issuedAt)
    return fail(
      fault('conflict', `${refText(request.object)}: spec.expiresAt has passed; declare a later one`),
    );
  const version = await newVersion(work, key, { ...request, issuedAt, expiresAt });
  const { token_id: id, fingerprint, generation } = version.row;
  const revision = await saveKey(
    work,
    { before: key, after: { row, spec, versions: [...versions, version.row] } },
    { action: 'key.issued', detail: { generation, tokenId: id, fingerprint, expiresAt } },
  );
  if (!revision.ok) return revision;
  const outcome = { revision: revision.value, changed: true, issued: issuedOf(version.row, version.sealed) };
  // The claim shows it to the caller, which is audited.
  return ok(request.recipient === CLAIM_RECIPIENT ? outcome : { ...outcome, drawn: version.token });
}

async function newVersion(
  work: UnitOfWork,
  { row }: StoredKey,
  facts: IssueRequest & { readonly issuedAt: Instant; readonly expiresAt: Instant | undefined },
): Promise<{ readonly row: VersionRow; readonly sealed: string; readonly token: Secret }> {
  const type = row.key_type === 'publishable' ? 'publishable' : 'secret';
  const { id, token } = mintKey(type, row.is_prod === 1, work.entropy);
  const opener = facts.recipient === CLAIM_RECIPIENT ? work.keyring.identity.recipient : facts.recipient;
  const sealed = await work.sealing.seal(token, opener);
  return {
    sealed,
    token,
    row: {
      token_id: id,
      object_id: row.id,
      generation: facts.generation,
      token_mac: work.keyring.tokenMac(token),
      fingerprint: fingerprintOf(token.reveal()),
      issued_at: facts.issuedAt,
      promoted_at: null,
      retiring_at: null,
      suspended_until: null,
      revoked_at: null,
      is_revoked: null,
      expires_at: facts.expiresAt ?? null,
      sealed,
      recipient: facts.recipient,
      clear: type === 'publishable' ? token.reveal() : null,
      row_mac: '',
      last_used_at: null,
      use_count: 0,
    },
  };
}

/** Never later than the declaration allows, whatever the predecessor had. */
function expiryOf(spec: ApiKeySpec, issuedAt: Instant): Instant | undefined {
  const after = spec.expiresAfter === undefined ? NEVER : issuedAt + durationMs(spec.expiresAfter);
  const at = spec.expiresAt === undefined ? NEVER : Date.parse(spec.expiresAt);
  const earliest = Math.min(after, at);
  return earliest === NEVER ? undefined : earliest;
}

const issuedOf = (version: VersionRow, sealed: string): NonNullable<Outcome['issued']> => ({
  id: version.token_id,
  fingerprint: version.fingerprint,
  sealed,
});
