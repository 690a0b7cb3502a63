/** A person as they are now: how they stand, what they may do in the tenant and in each of their teams. */
import type { DeclarationOf } from '../../domain/objects.js';
import type { Membership, PersonPrincipal } from '../../domain/principal.js';
import { ok, type Result } from '../../domain/result.js';
import { DEFAULT_TEAM_ROLE } from '../../domain/roles.js';
import { permissionsOfRole, personOwner } from '../effective-permissions.js';
import { genuine } from '../key-repository.js';
import { declarationOf, refOfRow } from '../rows.js';
import type { ObjectRow } from '../storage-port.js';
import { isCalled } from '../users.js';
import type { Reading } from './credentials.js';

type PersonFacts = Pick<
  PersonPrincipal,
  'id' | 'ref' | 'display' | 'environment' | 'permissions' | 'email' | 'roles' | 'memberships'
>;

/** Undefined for a principal that may not sign in: deactivated, deleted, or not a person. */
export async function personFacts(reading: Reading, id: string): Promise<Result<PersonFacts | undefined>> {
  const effective = await personOwner(reading, id);
  if (!effective.ok) return effective;
  const row = await reading.tx.objects.byId(id);
  if (effective.value.owner !== 'active' || row === undefined) return ok(undefined);
  const { spec, metadata } = declarationOf(row) as DeclarationOf<'User'>;
  const memberships = await membershipsOf(reading, row);
  if (!memberships.ok) return memberships;
  return ok({
    id,
    ref: refOfRow(row),
    display: spec.name ?? metadata.name,
    environment: undefined,
    permissions: effective.value.permissions,
    email: spec.email,
    roles: spec.roles ?? [],
    memberships: memberships.value,
  });
}

/** What they may do in each team that they are in. */
export async function membershipsOf(
  reading: Pick<Reading, 'tx' | 'keyring'>,
  person: ObjectRow,
): Promise<Result<readonly Membership[]>> {
  const memberships: Membership[] = [];
  for (const row of await reading.tx.objects.referring('User', person.name)) {
    if (row.kind !== 'Team' || row.removed_at !== null) continue;
    const team = genuine(reading, row);
    if (!team.ok) return team;
    const { spec } = declarationOf(row) as DeclarationOf<'Team'>;
    const own = spec.members?.find(({ user }) => isCalled(person, user));
    if (own === undefined) continue;
    const role = own.role ?? DEFAULT_TEAM_ROLE;
    const permissions = await permissionsOfRole(reading, role, 'team');
    if (!permissions.ok) return permissions;
    memberships.push({ team: row.name, role, permissions: permissions.value });
  }
  return ok(memberships);
}
