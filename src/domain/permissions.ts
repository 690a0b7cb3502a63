/**
 * Permissions are words `noun:verb`: those of the catalogue, and those that a project declares as its applications' own
 * (contract.md, fine print 9 and 23). Any other is a slip.
 */
import { distance } from 'fastest-levenshtein';

const DATA_NOUNS = ['environments', 'services', 'keys', 'teams', 'users', 'roles', 'connections'] as const;
const CONTENT_NOUNS = ['spaces', 'workbooks', 'guests', 'secrets', 'events', 'tokens'] as const;

/** Every word that Keywright knows, with what it allows. */
export const CATALOGUE: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [...DATA_NOUNS, ...CONTENT_NOUNS].flatMap((noun) => [
      [`${noun}:read`, `See ${noun}.`],
      [`${noun}:write`, `Make, change and remove ${noun}.`],
    ]),
  ),
  'keys:verify': 'Ask whether a key is good.',
  'keys:rotate':
    'Issue the next version of a key that may do no more than the caller, and confirm its hand-over.',
  'keys:revoke': 'End a key or a version of it, also before its time.',
  'audit:read': 'Read the audit log.',
  'plans:read': 'See what an apply sees: plans, drift and the live store.',
  'plans:apply': 'Apply plans that give nothing which the caller does not have.',
  'plans:approve': 'Approve plans and acts in environments that require approval.',
};

const KNOWN: ReadonlySet<string> = new Set(Object.keys(CATALOGUE));
const NOUNS: ReadonlySet<string> = new Set([...KNOWN].map((word) => word.slice(0, word.indexOf(':'))));

/** The noun of the catalogue that a word begins with; undefined for one that is only an application's. */
export function reservedNoun(word: string): string | undefined {
  const noun = word.slice(0, word.indexOf(':'));
  return NOUNS.has(noun) ? noun : undefined;
}

/** `*` is all that there is. `custom`: the words of applications. */
export const isKnownPermission = (word: string, custom: Iterable<string>): boolean =>
  word === '*' || KNOWN.has(word) || [...custom].includes(word);

/** The known words that are nearest to an unknown one. */
export function nearestPermission(word: string, custom: Iterable<string>): string | undefined {
  const near = [...KNOWN, ...custom].map((known) => ({ known, away: distance(word, known) }));
  const [best] = near.sort((a, b) => a.away - b.away);
  return best !== undefined && best.away <= Math.max(2, Math.floor(word.length / 4)) ? best.known : undefined;
}

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

export const permits = (granted: readonly string[], wanted: string): boolean =>
  granted.includes(wanted) || granted.includes('*');

/** What guests may do in the scopes that are open to them: see them, and work on what is in them. */
export const GUEST_PERMISSIONS: readonly string[] = [
  'spaces:read',
  'workbooks:read',
  'workbooks:write',
  'events:read',
];

/** And where their environment lets guests invite guests. */
export const INVITING_PERMISSIONS: readonly string[] = ['guests:read', 'guests:write'];
