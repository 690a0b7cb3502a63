/** Verify: is this key good? Reads the truth and records the use in one transaction. */
import { DNS_LABEL } from '../domain/kinds/fields.js';
import type { ApiKeySpec } from '../domain/kinds/index.js';
import { ownerText } from '../domain/owner.js';
import { fail, ok, type Result } from '../domain/result.js';
import { parseToken, type Secret } from '../domain/secret.js';
import { formatInstant } from '../domain/time.js';
import { decide, type EffectiveKey, type VerificationRequest } from '../domain/verification.js';
import type { Use } from '../ports/credential-feed.js';
import type { Verification } from '../ports/live-store.js';
import { effectivePermissionsShown } from './effective-permissions.js';
import { genuine } from './key-repository.js';
import { declarationOf, isGenuineVersion, isSameMac, tampered, versionFactsOf } from './rows.js';
import type { ObjectRow, Transaction, VersionRow } from './storage-port.js';
import type { UnitOfWork } from './unit-of-work.js';

export interface Question {
  readonly token: Secret;
  readonly request: VerificationRequest;
  readonly consumer: string | undefined;
}

const MALFORMED: Verification = { valid: false, code: 'MALFORMED' };
const NOT_FOUND: Verification = { valid: false, code: 'NOT_FOUND' };

/** A consumer is named as declarations name it; anything else could never be waited for. */
const CONSUMER = new RegExp(DNS_LABEL);

/** The public id of a token, or the answer for an invalid one: given before anything is looked up. */
export function tokenIdOf(token: Secret): Result<string, Verification> {
  const parsed = parseToken(token.reveal());
  return parsed === undefined ? fail(MALFORMED) : ok(parsed.id);
}

/** `store_tampered` if a row that decides does not match its MAC. */
export async function verify(
  work: UnitOfWork,
  tokenId: string,
  { token, request, consumer }: Question,
): Promise<Result<Verification>> {
  const version = await work.tx.versions.byTokenId(tokenId);
  const mac = work.keyring.tokenMac(token);
  // A wrong secret with an existing id is as unknown as any other.
  if (version === undefined || !isSameMac(version.token_mac, mac)) return ok(NOT_FOUND);
  if (!isGenuineVersion(version, work.keyring)) return fail(tampered('version', tokenId));
  const found = await work.tx.objects.byId(version.object_id);
  if (found === undefined) return fail(tampered('version', tokenId));
  const row = genuine(work, found);
  if (!row.ok) return row;
  const declaration = declarationOf(row.value);
  if (declaration.kind !== 'ApiKey') return fail(tampered(row.value.kind, row.value.id));
  const effective = await effectivePermissionsShown(work, row.value, declaration.spec);
  if (!effective.ok) return effective;
  const code = decide(versionFactsOf(version), effective.value, request, work.now);
  const accepted = code === 'VALID' ? 1 : 0;
  await recordUse(work.tx, { tokenId, lastUsedAt: work.now, consumer, accepted }, row.value);
  return ok({
    valid: code === 'VALID',
    code,
    key: shownKey(row.value, version, { spec: declaration.spec, effective: effective.value }),
  });
}

/** When it was used last is worth knowing of a refused one too; what was accepted is counted, by day and environment. */
export async function recordUse(
  tx: Transaction,
  { tokenId, lastUsedAt, consumer, accepted = 0 }: Use,
  key: ObjectRow,
): Promise<void> {
  await tx.versions.used(tokenId, lastUsedAt);
  if (accepted > 0) await count(tx, { tokenId, lastUsedAt, accepted }, key);
  if (consumer !== undefined && CONSUMER.test(consumer))
    await tx.versions.seen({ token_id: tokenId, consumer, last_seen_at: lastUsedAt });
}

/** Use in an environment that is not production is counted, and not billed (F6). */
async function count(
  { accounting }: Transaction,
  { tokenId, lastUsedAt, accepted }: Required<Pick<Use, 'tokenId' | 'lastUsedAt' | 'accepted'>>,
  key: ObjectRow,
): Promise<void> {
  await accounting.counted(tokenId, accepted);
  const declaration = declarationOf(key);
  if (declaration.kind !== 'ApiKey') return;
  await accounting.addUsage({
    day: formatInstant(lastUsedAt).slice(0, 10),
    environment: declaration.spec.environment,
    is_billable: key.is_prod ?? 0,
    uses: accepted,
  });
}

const shownKey = (
  row: ObjectRow,
  version: VersionRow,
  { spec, effective }: { readonly spec: ApiKeySpec; readonly effective: EffectiveKey },
): NonNullable<Verification['key']> => ({
  keyId: row.id,
  name: row.name,
  version: version.generation,
  type: row.key_type ?? 'secret',
  environment: spec.environment,
  owner: ownerText(spec.owner),
  permissions: effective.permissions,
  expiresAt: version.expires_at ?? undefined,
});
