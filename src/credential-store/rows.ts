/**
 * Rows and what they say. Every row that decides about a key carries a MAC over all its columns, made on
 * the way in and checked on the way out: who can write to the database still cannot mint or widen a key.
 */

import { timingSafeEqual } from 'node:crypto';
import { canonicalJson } from '../domain/canonical.js';
import { type Fault, fault } from '../domain/errors.js';
import { expiresAt } from '../domain/guests.js';
import type { KeyFacts, LiveSummary, Origin, OwnerStatus, Ownership, VersionFacts } from '../domain/live.js';
import type { Declaration, DeclarationOf, ObjectRef } from '../domain/objects.js';
import type { KeyType } from '../domain/secret.js';
import { type Instant, NEVER } from '../domain/time.js';
import { isActive } from '../domain/users.js';
import { deliveriesOf } from './deliveries.js';
import type { Keyring } from './keyring.js';
import { parsedRow } from './storage-port/broken-row.js';
import type { ObjectRow, SummaryRow, VersionRow } from './storage-port.js';

type Unsigned<Row> = Omit<Row, 'row_mac'>;

/** The row with the MAC that belongs to it. */
export const signObject = (row: Unsigned<ObjectRow>, keyring: Keyring): ObjectRow =>
  vouchedFor({ ...row, row_mac: keyring.rowMac(objectText(row)) }, keyring);

export const signVersion = (row: Unsigned<VersionRow>, keyring: Keyring): VersionRow =>
  vouchedFor({ ...row, row_mac: keyring.rowMac(versionText(row)) }, keyring);

export const isGenuineObject = (row: ObjectRow, keyring: Keyring): boolean =>
  isGenuine(row, keyring, objectText);

export const isGenuineVersion = (row: VersionRow, keyring: Keyring): boolean =>
  isGenuine(row, keyring, versionText);

/** Rows whose MAC was made or checked here, with whose key. They are never changed, and what is read anew is another. */
const vouched = new WeakMap<object, Keyring>();

function vouchedFor<Row extends object>(row: Row, keyring: Keyring): Row {
  vouched.set(row, keyring);
  return row;
}

function isGenuine<Row extends { readonly row_mac: string }>(
  row: Row,
  keyring: Keyring,
  textOf: (row: Row) => string,
): boolean {
  if (vouched.get(row) === keyring) return true;
  const isSigned = isSameMac(row.row_mac, keyring.rowMac(textOf(row)));
  if (isSigned) vouchedFor(row, keyring);
  return isSigned;
}

/** Compares hex digests in constant time. */
export const isSameMac = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

export const tampered = (what: string, id: string): Fault =>
  fault(
    'store_tampered',
    `the row of ${what} ${id} does not match its MAC: the database was changed outside Keywright; restore a backup, and revoke credentials that cannot be trusted`,
  );

const objectText = (row: Unsigned<ObjectRow>): string =>
  JSON.stringify([
    'object',
    row.id,
    row.kind,
    row.name,
    row.declaration,
    row.digest,
    row.project,
    row.manager,
    row.origin,
    row.revision,
    row.quiet_until,
    row.key_type,
    row.is_prod,
    row.deactivated_at,
    row.rotation_requested_at,
    row.acknowledged_generation,
    row.created_at,
    row.removed_at,
    row.alias,
    row.owner_id,
    row.granted_at,
    row.deliveries,
    row.applied,
  ]);

const versionText = (row: Unsigned<VersionRow>): string =>
  JSON.stringify([
    'version',
    row.token_id,
    row.object_id,
    row.generation,
    row.token_mac,
    row.fingerprint,
    row.issued_at,
    row.promoted_at,
    row.retiring_at,
    row.suspended_until,
    row.revoked_at,
    row.expires_at,
    row.sealed,
    row.recipient,
    row.clear,
    row.is_revoked,
  ]);

/** Declarations by their texts: what a mutation reads, the next one to the same object reads again. */
const declarations = new Map<string, Declaration>();
const DECLARATIONS_MAX = 1_000;

export function declarationOf({ declaration: text }: Pick<ObjectRow, 'declaration'>): Declaration {
  const known = declarations.get(text);
  if (known !== undefined) return known;
  const declaration = parsedRow<Declaration>(text, 'an object');
  if (declarations.size >= DECLARATIONS_MAX) declarations.clear();
  declarations.set(text, declaration);
  return declaration;
}

export const declarationText = (declaration: Declaration): string => canonicalJson(declaration);

export const refOfRow = (row: { readonly kind: string; readonly name: string }): ObjectRef => ({
  kind: row.kind as ObjectRef['kind'],
  name: row.name,
});

export const ownershipOf = ({
  project,
  manager,
}: Pick<ObjectRow, 'project' | 'manager'>): Ownership | undefined =>
  project === null || manager === null ? undefined : { project, manager };

export const summaryOf = (row: SummaryRow): LiveSummary => ({
  ref: refOfRow(row),
  digest: row.digest,
  ownership: ownershipOf(row),
  origin: row.origin as Origin,
  revision: row.revision,
  quietUntil: row.quiet_until,
  deliveries: deliveriesOf(row.deliveries),
});

/** A tombstone stays one, even if another object has the name later. */
export function ownerStatusOf(person: ObjectRow | undefined): OwnerStatus {
  if (person === undefined || person.removed_at !== null) return 'deleted';
  const declaration = declarationOf(person);
  return declaration.kind === 'User' && !isActive(declaration.spec) ? 'deactivated' : 'active';
}

/** `person`: who a personal key was made for. */
export const keyFactsOf = (
  row: ObjectRow,
  versions: readonly VersionFacts[],
  person: ObjectRow | undefined,
): KeyFacts => ({
  type: row.key_type as KeyType,
  isProd: row.is_prod === 1,
  deactivatedAt: row.deactivated_at ?? undefined,
  rotationRequestedAt: row.rotation_requested_at ?? undefined,
  acknowledgedGeneration: row.acknowledged_generation ?? undefined,
  ...(row.owner_id !== null && { owner: ownerStatusOf(person), ownerId: row.owner_id }),
  versions,
});

/** Until when an object that is no key needs nothing while it is declared as it is: a guest's time ends. */
export function quietUntilOf(row: Pick<ObjectRow, 'kind' | 'declaration' | 'granted_at'>): Instant {
  if (row.kind !== 'Guest') return NEVER;
  const declaration = parsedRow<DeclarationOf<'Guest'>>(row.declaration, 'a guest');
  return expiresAt({ spec: declaration.spec, grantedAt: row.granted_at ?? undefined });
}

export const versionFactsOf = (row: VersionRow, consumers: readonly string[] = []): VersionFacts => ({
  id: row.token_id,
  generation: row.generation,
  fingerprint: row.fingerprint,
  issuedAt: row.issued_at,
  promotedAt: row.promoted_at ?? undefined,
  retiringAt: row.retiring_at ?? undefined,
  suspendedUntil: row.suspended_until ?? undefined,
  revokedAt: row.revoked_at ?? undefined,
  ...(row.is_revoked === 1 && { isRevoked: true }),
  expiresAt: row.expires_at ?? undefined,
  lastUsedAt: row.last_used_at ?? undefined,
  ...(row.use_count !== null && { useCount: row.use_count }),
  consumers,
  envelope: row.recipient === null ? undefined : { recipient: row.recipient },
});
