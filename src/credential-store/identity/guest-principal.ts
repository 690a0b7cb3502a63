/** A guest as they are now, and how their environment lets guests in. */

import { expiresAt, hasExpired } from '../../domain/guests.js';
import type { EnvironmentSpec } from '../../domain/kinds/index.js';
import type { DeclarationOf } from '../../domain/objects.js';
import { GUEST_PERMISSIONS, INVITING_PERMISSIONS } from '../../domain/permissions.js';
import type { GuestPrincipal } from '../../domain/principal.js';
import { ok, type Result } from '../../domain/result.js';
import { type Instant, NEVER } from '../../domain/time.js';
import { genuine } from '../key-repository.js';
import { declarationOf, refOfRow } from '../rows.js';
import type { ObjectRow } from '../storage-port.js';
import { liveHolder, type Reading } from './credentials.js';

export type GuestWay = 'magic_link' | 'shared_link';

export interface GuestFacts
  extends Pick<GuestPrincipal, 'id' | 'ref' | 'display' | 'environment' | 'permissions' | 'email' | 'guest'> {
  readonly lapsesAt: Instant;
}

/** Undefined for a guest who may not sign in this way: deleted, expired, or the environment has closed it. */
export async function guestFacts(
  reading: Reading,
  id: string,
  way: GuestWay,
): Promise<Result<GuestFacts | undefined>> {
  const found = await liveHolder(reading, { holder_id: id }, 'Guest');
  if (!found.ok || found.value === undefined) return found.ok ? ok(undefined) : found;
  const row = found.value;
  const { spec, metadata } = declarationOf(row) as DeclarationOf<'Guest'>;
  const environment = await environmentSpec(reading, spec.environment);
  if (!environment.ok) return environment;
  const inviterEndsAt = await endOfInviter(reading, row);
  if (!inviterEndsAt.ok) return inviterEndsAt;
  const guest = { spec, grantedAt: row.granted_at ?? undefined, inviterEndsAt: inviterEndsAt.value };
  if (!letsIn(environment.value, way) || hasExpired(guest, reading.now)) return ok(undefined);
  return ok({
    id,
    ref: refOfRow(row),
    display: spec.name ?? metadata.name,
    environment: spec.environment,
    permissions: guestPermissions(environment.value, { way, isInvited: inviterOf(row) !== undefined }),
    email: spec.email,
    guest,
    lapsesAt: expiresAt(guest),
  });
}

/** The guest who invited this one, as long as no project declares them: a project that does is responsible for them. */
const inviterOf = ({ owner_id, project }: ObjectRow): string | undefined =>
  project === null ? (owner_id ?? undefined) : undefined;

/** When the inviter of the guest has lost access, or was let go: in the past then. */
async function endOfInviter(reading: Reading, row: ObjectRow): Promise<Result<Instant>> {
  const id = inviterOf(row);
  if (id === undefined) return ok(NEVER);
  const inviter = await liveHolder(reading, { holder_id: id }, 'Guest');
  if (!inviter.ok) return inviter;
  if (inviter.value === undefined) return ok(reading.now);
  const { spec } = declarationOf(inviter.value) as DeclarationOf<'Guest'>;
  return ok(expiresAt({ spec, grantedAt: inviter.value.granted_at ?? undefined }));
}

interface CameBy {
  readonly way: GuestWay;
  readonly isInvited: boolean;
}

/**
 * An address that came by a shared link is unproven, so no invitation is sent in its name; and who was invited by a guest
 * may not invite, or one guest would become any number.
 */
const guestPermissions = (
  environment: EnvironmentSpec | undefined,
  { way, isInvited }: CameBy,
): readonly string[] =>
  way === 'magic_link' && !isInvited && environment?.guestInvites === true
    ? [...GUEST_PERMISSIONS, ...INVITING_PERMISSIONS]
    : GUEST_PERMISSIONS;

export const letsIn = (environment: EnvironmentSpec | undefined, way: GuestWay): boolean =>
  environment !== undefined && (environment.guestAuthentication ?? ['magic_link']).includes(way);

/** Undefined for one that does not exist. */
export async function environmentSpec(
  reading: Reading,
  name: string,
): Promise<Result<EnvironmentSpec | undefined>> {
  const row: ObjectRow | undefined = await reading.tx.objects.find('Environment', name);
  if (row === undefined) return ok(undefined);
  const checked = genuine(reading, row);
  return checked.ok ? ok((declarationOf(row) as DeclarationOf<'Environment'>).spec) : checked;
}
