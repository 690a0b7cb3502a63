/**
 * The roles that every store has, and what they allow (contract.md, fine print 10). What an administrator
 * may not do (owners, tenant keys, the plan) is asked for by role where it is done, not by permission.
 */
import { ENVIRONMENT_DATA, EVERYTHING, GUEST_PERMISSIONS } from './permissions.js';

export type RoleScope = 'tenant' | 'team';

export const ROLE_SCOPES = ['tenant', 'team'] as const satisfies readonly RoleScope[];

/** Reads what there is and keeps tokens and keys of their own. */
const MEMBER: readonly string[] = [
  ...['environments', 'services', 'keys', 'teams', 'users', 'roles', 'spaces', 'workbooks', 'guests'].map(
    (noun) => `${noun}:read`,
  ),
  'events:read',
  'tokens:read',
  'tokens:write',
];

const TEAM_ADMIN: readonly string[] = [
  ...ENVIRONMENT_DATA,
  'teams:read',
  'teams:write',
  'keys:read',
  'keys:write',
  'keys:verify',
  'keys:rotate',
  'keys:revoke',
];

const READ_DATA: readonly string[] = ENVIRONMENT_DATA.filter((permission) => permission.endsWith(':read'));

export const BUILT_IN_ROLES: Readonly<
  Record<RoleScope, Readonly<Record<string, { readonly permissions: readonly string[] }>>>
> = {
  tenant: {
    owner: { permissions: EVERYTHING },
    administrator: { permissions: EVERYTHING },
    member: { permissions: MEMBER },
  },
  team: {
    admin: { permissions: TEAM_ADMIN },
    editor: { permissions: [...ENVIRONMENT_DATA, 'keys:read'] },
    viewer: { permissions: READ_DATA },
  },
};

/** What everyone with access to a space or a workbook has, in that scope; it is never granted elsewhere. */
export const GUEST_ROLE = { name: 'guest', permissions: GUEST_PERMISSIONS } as const;

/** Another name that clients know the owner by. */
const OWNER_ALIAS = 'tenant-owner';

/** The name of a role of the tenant by which it is known, whichever of its names is given. */
export const ownRoleName = (name: string): string => (name === OWNER_ALIAS ? 'owner' : name);

/** The role of a team's key that names none. */
export const DEFAULT_TEAM_ROLE = 'viewer';

export const isBuiltInRole = (name: string, scope: RoleScope): boolean =>
  Object.hasOwn(BUILT_IN_ROLES[scope], name) || (scope === 'tenant' && name === OWNER_ALIAS);

/** What a built-in role allows; undefined for any other. */
export const builtInPermissions = (name: string, scope: RoleScope): readonly string[] | undefined =>
  isBuiltInRole(name, scope)
    ? BUILT_IN_ROLES[scope][name === OWNER_ALIAS ? 'owner' : name]?.permissions
    : undefined;

export const isOwnerRole = (name: string): boolean => name === 'owner' || name === OWNER_ALIAS;

/** Owners can do all that administrators can. */
export const isAdministratorRole = (name: string): boolean => name === 'administrator' || isOwnerRole(name);
