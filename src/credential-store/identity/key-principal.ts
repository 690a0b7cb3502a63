/** A key as it is now: good or not, decided as every verifier decides it. */
import { ENVIRONMENT_DATA, permits } from '../../domain/permissions.js';
import type { KeyPrincipal } from '../../domain/principal.js';
import { fail, ok, type Result } from '../../domain/result.js';
import type { KeyType } from '../../domain/secret.js';
import type { Instant } from '../../domain/time.js';
import { decide } from '../../domain/verification.js';
import { effectivePermissions } from '../effective-permissions.js';
import { genuine } from '../key-repository.js';
import { declarationOf, isGenuineVersion, refOfRow, tampered, versionFactsOf } from '../rows.js';
import type { VersionRow } from '../storage-port.js';
import type { Reading } from './credentials.js';

export interface KeyFacts
  extends Pick<KeyPrincipal, 'id' | 'ref' | 'display' | 'environment' | 'permissions' | 'owner' | 'type'> {
  readonly expiresAt: Instant | undefined;
}

/** What the version's key may do; undefined unless verification says `VALID` now. */
export async function keyFacts(reading: Reading, version: VersionRow): Promise<Result<KeyFacts | undefined>> {
  if (!isGenuineVersion(version, reading.keyring)) return fail(tampered('version', version.token_id));
  const row = await reading.tx.objects.byId(version.object_id);
  if (row === undefined) return fail(tampered('version', version.token_id));
  const checked = genuine(reading, row);
  if (!checked.ok) return checked;
  const declaration = declarationOf(row);
  if (declaration.kind !== 'ApiKey') return fail(tampered(row.kind, row.id));
  const effective = await effectivePermissions(reading, row, declaration.spec);
  if (!effective.ok) return effective;
  if (decide(versionFactsOf(version), effective.value, {}, reading.now) !== 'VALID') return ok(undefined);
  const { environment, owner } = declaration.spec;
  return ok({
    id: row.id,
    ref: refOfRow(row),
    display: row.name,
    environment,
    permissions: effective.value.permissions,
    owner,
    type: (row.key_type ?? 'secret') as KeyType,
    expiresAt: firstOf(version.expires_at, version.revoked_at),
  });
}

/** What a browser may do by a publishable key: of what the key may, the data of its environment. */
export const clientPermissions = (permissions: readonly string[]): readonly string[] =>
  ENVIRONMENT_DATA.filter((one) => permits(permissions, one));

const firstOf = (...instants: readonly (number | null)[]): Instant | undefined => {
  const known = instants.filter((one) => one !== null);
  return known.length === 0 ? undefined : Math.min(...known);
};
