/** Permissions are `word:word`; those of applications are opaque to us (contract.md, fine print 9). */

/** What a key may do when neither it nor its service says: the data of its environment. */
export const ENVIRONMENT_DATA: readonly string[] = ['spaces', 'workbooks', 'guests', 'events'].flatMap(
  (noun) => [`${noun}:read`, `${noun}:write`],
);

/** What the account itself may do: a tenant key without explicit permissions. */
export const EVERYTHING: readonly string[] = ['*'];

export const permits = (granted: readonly string[], wanted: string): boolean =>
  granted.includes(wanted) || granted.includes('*');
