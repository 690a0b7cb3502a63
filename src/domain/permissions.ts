/** Permissions are `word:word`; those of applications are opaque to us (contract.md, fine print 9). */

/** What a key may do when neither it nor its service says: the data of its environment. */
export const ENVIRONMENT_DATA: readonly string[] = ['spaces', 'workbooks', 'guests', 'events'].flatMap(
  (noun) => [`${noun}:read`, `${noun}:write`],
);

/** What the account itself may do: a tenant key without explicit permissions. */
export const EVERYTHING: readonly string[] = ['*'];

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
