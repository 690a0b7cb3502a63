/** Whose a key is, and what it may do, as its owner is now: what verification goes by. */
import type { ApiKeySpec } from '../domain/kinds/index.js';
import type { Declaration, DeclarationOf } from '../domain/objects.js';
import { ENVIRONMENT_DATA, EVERYTHING } from '../domain/permissions.js';
import { ok, type Result } from '../domain/result.js';
import { builtInPermissions, DEFAULT_TEAM_ROLE, type RoleScope } from '../domain/roles.js';
import type { EffectiveKey } from '../domain/verification.js';
import { genuine } from './key-repository.js';
import { declarationOf } from './rows.js';
import type { ObjectRow, Transaction } from './storage-port.js';
import type { UnitOfWork } from './unit-of-work.js';

type Reading = Pick<UnitOfWork, 'keyring'> & { readonly tx: Pick<Transaction, 'objects'> };
type Owner = Pick<EffectiveKey, 'owner' | 'permissions'>;

const DELETED: Owner = { owner: 'deleted', permissions: [] };

/** `store_tampered` if a row that decides does not match its MAC. */
export async function effectivePermissions(
  reading: Reading,
  row: ObjectRow,
  spec: ApiKeySpec,
): Promise<Result<EffectiveKey>> {
  const owner = await ownerOf(reading, row.owner_id ?? '', spec.owner);
  if (!owner.ok) return owner;
  return ok({
    environment: spec.environment,
    isDeactivated: row.deactivated_at !== null,
    owner: owner.value.owner,
    // Explicit permissions are frozen; absent ones follow the owner (contract.md, fine print 9).
    permissions: spec.permissions ?? owner.value.permissions,
  });
}

/**
 * The same as verifiers see it. What a publishable key may do is what the session may that it is exchanged for: it is
 * public, so by itself it is good for no permission (F7).
 */
export async function effectivePermissionsShown(
  reading: Reading,
  row: ObjectRow,
  spec: ApiKeySpec,
): Promise<Result<EffectiveKey>> {
  const effective = await effectivePermissions(reading, row, spec);
  return effective.ok && row.key_type === 'publishable'
    ? ok({ ...effective.value, permissions: [] })
    : effective;
}

/** What a key without explicit permissions may do. `personId`: of a personal key. */
export async function ownerPermissions(
  reading: Reading,
  owner: ApiKeySpec['owner'],
  personId: string,
): Promise<Result<readonly string[]>> {
  const found = await ownerOf(reading, personId, owner);
  return found.ok ? ok(found.value.permissions) : found;
}

function ownerOf(reading: Reading, personId: string, owner: ApiKeySpec['owner']): Promise<Result<Owner>> {
  if (owner.service !== undefined) return serviceOwner(reading, owner.service);
  if (owner.team !== undefined) return teamOwner(reading, owner.team, owner.role ?? DEFAULT_TEAM_ROLE);
  if (owner.user !== undefined) return personOwner(reading, personId);
  return Promise.resolve(ok({ owner: 'active', permissions: EVERYTHING }));
}

async function serviceOwner(reading: Reading, name: string): Promise<Result<Owner>> {
  const service = await declared(reading, await reading.tx.objects.find('Service', name), 'Service');
  if (!service.ok) return service;
  if (service.value === undefined) return ok(DELETED);
  return ok({ owner: 'active', permissions: service.value.spec.permissions ?? ENVIRONMENT_DATA });
}

async function teamOwner(reading: Reading, name: string, role: string): Promise<Result<Owner>> {
  const team = await declared(reading, await reading.tx.objects.find('Team', name), 'Team');
  if (!team.ok) return team;
  if (team.value === undefined) return ok(DELETED);
  const permissions = await permissionsOfRole(reading, role, 'team');
  return permissions.ok ? ok({ owner: 'active', permissions: permissions.value }) : permissions;
}

/** By id: a person given that name or address later is another one. */
export async function personOwner(reading: Reading, id: string): Promise<Result<Owner>> {
  const row = await reading.tx.objects.byId(id);
  const person = await declared(reading, row, 'User');
  if (!person.ok) return person;
  if (person.value === undefined || row?.removed_at !== null) return ok(DELETED);
  const { status, roles = [] } = person.value.spec;
  const permissions = new Set<string>();
  for (const role of roles) {
    const granted = await permissionsOfRole(reading, role, 'tenant');
    if (!granted.ok) return granted;
    for (const permission of granted.value) permissions.add(permission);
  }
  return ok({
    owner: status === 'deactivated' ? 'deactivated' : 'active',
    permissions: [...permissions].sort(),
  });
}

/** A role that is gone, or of another scope, allows nothing. */
export async function permissionsOfRole(
  reading: Reading,
  name: string,
  scope: RoleScope,
): Promise<Result<readonly string[]>> {
  const builtIn = builtInPermissions(name, scope);
  if (builtIn !== undefined) return ok(builtIn);
  const role = await declared(reading, await reading.tx.objects.find('Role', name), 'Role');
  if (!role.ok) return role;
  return ok(role.value?.spec.scope === scope ? role.value.spec.permissions : []);
}

/** What a row declares, once its MAC holds; undefined when there is no declaration, or one of another kind. */
async function declared<K extends Declaration['kind']>(
  { keyring }: Reading,
  row: ObjectRow | undefined,
  kind: K,
): Promise<Result<DeclarationOf<K> | undefined>> {
  if (row === undefined || row.kind !== kind) return ok(undefined);
  const checked = genuine({ keyring }, row);
  return checked.ok ? ok(declarationOf(row) as DeclarationOf<K>) : checked;
}
