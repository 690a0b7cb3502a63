/** Permissions are `word:word`; those of applications are opaque to us (contract.md, fine print 9). */

/** What a key may do when neither it nor its service says: the data of its environment. */
export const ENVIRONMENT_DATA: readonly string[] = ['spaces', 'workbooks', 'guests', 'events'].flatMap(
  (noun) => [`${noun}:read`, `${noun}:write`],
);

/** What the account itself may do: a tenant key without explicit permissions. */
export const EVERYTHING: readonly string[] = ['*'];

/**
 * What ending a key or a version of it before its time needs, whichever way: revoked, rotated with less than its overlap,
 * given an earlier end.
 */
export const END_EARLY = 'keys:revoke';

const ACCOUNT_NOUNS: ReadonlySet<string> = new Set([
  'environments',
  'services',
  'teams',
  'users',
  'roles',
  'tokens',
  'audit',
  'plans',
]);

/** Is it about the account rather than about what is in an environment? `*` is both. */
export const isAccountWide = (permission: string): boolean =>
  ACCOUNT_NOUNS.has(permission.slice(0, permission.indexOf(':')));

export const permits = (granted: readonly string[], wanted: string): boolean =>
  granted.includes(wanted) || granted.includes('*');

/** What guests may do in the places that are open to them: see them, and work on what is in them. */
export const GUEST_PERMISSIONS: readonly string[] = [
  'spaces:read',
  'workbooks:read',
  'workbooks:write',
  'events:read',
];

/** And where their environment lets guests invite guests. */
export const INVITING_PERMISSIONS: readonly string[] = ['guests:read', 'guests:write'];
