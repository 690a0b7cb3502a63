/**
 * What an effect confers: what a declaration gives that was not given before, what a key may do, what
 * a person may do who is let in. An absent field gives what it stands for, and never less than an explicit one.
 */

import type { ApiKeySpec, UserSpec } from '../domain/kinds/index.js';
import { latestEnd } from '../domain/lifecycle.js';
import type { Declaration, DeclarationOf } from '../domain/objects.js';
import { ENVIRONMENT_DATA, GUEST_PERMISSIONS } from '../domain/permissions.js';
import type { Membership } from '../domain/principal.js';
import { ok, type Result } from '../domain/result.js';
import { DEFAULT_TEAM_ROLE, type RoleScope } from '../domain/roles.js';
import { isActive } from '../domain/users.js';
import { ownerPermissions, permissionsOfRole, personOwner } from './effective-permissions.js';
import { membershipsOf } from './identity/user-principal.js';
import { genuine } from './key-repository.js';
import { findReferred } from './references.js';
import { declarationOf } from './rows.js';
import type { ObjectRow } from './storage-port.js';
import type { UnitOfWork } from './unit-of-work.js';

type Permissions = readonly string[];

/** What the key may do, whether or not it is good now. `ownerId`: of a personal key, the person, once it is there. */
export async function conferredByKey(
  work: UnitOfWork,
  spec: ApiKeySpec,
  ownerId: string | null,
): Promise<Result<Permissions>> {
  if (spec.permissions !== undefined) return ok(spec.permissions);
  const { user } = spec.owner;
  const person =
    user === undefined || ownerId !== null
      ? undefined
      : await findReferred(work.tx, { kind: 'User', name: user });
  return ownerPermissions(work, spec.owner, ownerId ?? person?.id ?? '');
}

/** What becoming so gives; `before`: the object as it is, if it is there. */
export async function conferredBy(
  work: UnitOfWork,
  declaration: Declaration,
  before: ObjectRow | undefined,
): Promise<Result<Permissions>> {
  switch (declaration.kind) {
    case 'ApiKey':
      return conferredByKeyChange(work, declaration, before);
    case 'Service':
      return ok(gained(grantedByService(declaration), before && declarationOf(before), grantedByService));
    case 'Role':
      return ok(
        gained(declaration.spec.permissions, before && declarationOf(before), grantedByRole(declaration)),
      );
    case 'Team':
      return conferredByTeam(work, declaration);
    case 'User':
      return conferredByUserChange(work, declaration, before);
    case 'Guest':
      return ok((declaration.spec.grants ?? []).length > 0 ? GUEST_PERMISSIONS : []);
    default:
      return ok([]);
  }
}

/** Absent ones are those of the environment's data: to take explicit ones away can widen (contract.md, fine print 9). */
const grantedByService = (declaration: Declaration): Permissions =>
  declaration.kind === 'Service' ? (declaration.spec.permissions ?? ENVIRONMENT_DATA) : [];

/** In another scope the same words are other rights. */
const grantedByRole =
  (after: DeclarationOf<'Role'>) =>
  (before: Declaration): Permissions =>
    before.kind === 'Role' && before.spec.scope === after.spec.scope ? before.spec.permissions : [];

function gained(
  after: Permissions,
  before: Declaration | undefined,
  grantedBy: (declaration: Declaration) => Permissions,
): Permissions {
  const had = before === undefined ? [] : grantedBy(before);
  return had.includes('*') ? [] : after.filter((one) => !had.includes(one));
}

/** All that it may do, once it may do more or act for longer; else nothing. */
export async function conferredByKeyChange(
  work: UnitOfWork,
  { spec }: DeclarationOf<'ApiKey'>,
  row: ObjectRow | undefined,
): Promise<Result<Permissions>> {
  const after = await conferredByKey(work, spec, row?.owner_id ?? null);
  if (!after.ok || row === undefined) return after;
  const declared = declarationOf(row);
  if (declared.kind !== 'ApiKey') return after;
  const before = await conferredByKey(work, declared.spec, row.owner_id);
  if (!before.ok) return before;
  const isSameRule = (spec.permissions === undefined) === (declared.spec.permissions === undefined);
  const isWider = after.value.some((one) => !before.value.includes(one)) && !before.value.includes('*');
  return ok(isWider || !isSameRule || actsLonger(work, declared.spec, spec) ? after.value : []);
}

function actsLonger({ now }: UnitOfWork, before: ApiKeySpec, after: ApiKeySpec): boolean {
  const issued = { issuedAt: now };
  return latestEnd(after, issued) > latestEnd(before, issued);
}

/** What its members may do in it. */
export async function conferredByTeam(
  work: UnitOfWork,
  { spec }: DeclarationOf<'Team'>,
): Promise<Result<Permissions>> {
  return permissionsOfRoles(
    work,
    (spec.members ?? []).map((member) => member.role ?? DEFAULT_TEAM_ROLE),
    'team',
  );
}

export async function permissionsOfRoles(
  work: UnitOfWork,
  roles: readonly string[],
  scope: RoleScope,
): Promise<Result<Permissions>> {
  const given = new Set<string>();
  for (const role of new Set(roles)) {
    const permissions = await permissionsOfRole(work, role, scope);
    if (!permissions.ok) return permissions;
    for (const permission of permissions.value) given.add(permission);
  }
  return ok([...given]);
}

/** All that a person may do who is let in, or whom another can sign in as from then on; else the roles that are new. */
async function conferredByUserChange(
  work: UnitOfWork,
  { spec }: DeclarationOf<'User'>,
  row: ObjectRow | undefined,
): Promise<Result<Permissions>> {
  const before = row === undefined ? undefined : (declarationOf(row) as DeclarationOf<'User'>).spec;
  const had = before?.roles ?? [];
  const roles = (spec.roles ?? []).filter((role) => !had.includes(role));
  const given = await permissionsOfRoles(work, roles, 'tenant');
  if (!given.ok || row === undefined || !isTakenOver(before, spec)) return given;
  const person = await conferredByPerson(work, row);
  if (!person.ok) return person;
  const { permissions, memberships } = person.value;
  return ok([...new Set([...given.value, ...permissions, ...memberships.flatMap((one) => one.permissions)])]);
}

/** Active again, or reached at another address. */
const isTakenOver = (before: UserSpec | undefined, after: UserSpec): boolean =>
  (before !== undefined && !isActive(before) && isActive(after)) || before?.email !== after.email;

export interface PersonRights {
  readonly permissions: Permissions;
  readonly memberships: readonly Membership[];
}

/** What a person may do once signed in: in the tenant, in each team, and by the keys that live and die with them. */
export async function conferredByPerson(work: UnitOfWork, person: ObjectRow): Promise<Result<PersonRights>> {
  const owner = await personOwner(work, person.id);
  if (!owner.ok) return owner;
  const memberships = await membershipsOf(work, person);
  if (!memberships.ok) return memberships;
  const permissions = new Set(owner.value.permissions);
  for (const row of await work.tx.objects.ownedBy(person.id)) {
    if (row.removed_at !== null || row.kind !== 'ApiKey') continue;
    const checked = genuine(work, row);
    if (!checked.ok) return checked;
    const { spec } = declarationOf(row) as DeclarationOf<'ApiKey'>;
    for (const permission of spec.permissions ?? []) permissions.add(permission);
  }
  return ok({ permissions: [...permissions], memberships: memberships.value });
}
