/** What a principal has, and what they would give: a principal never gives what they do not have. Pure; `access.ts` decides by it. */
import { fault } from './errors.js';
import { kindOf, OBJECT_KINDS } from './kinds/index.js';
import { permits } from './permissions.js';
import type { KeyPrincipal, Membership, PersonPrincipal, Principal, RootPrincipal } from './principal.js';
import { fail, ok, type Result } from './result.js';
import { isOwnerRole } from './roles.js';

type Person = PersonPrincipal | RootPrincipal;

/**
 * May they give these permissions by an apply? It reaches every environment, so `*` beside `plans:apply` is everything.
 * `forbidden`.
 */
export function mayConfer({ permissions }: Principal, confers: readonly string[]): Result<void> {
  const refusal = exceeds(permissions, confers);
  return refusal === undefined ? ok(undefined) : fail(fault('forbidden', refusal));
}

const ACCOUNT_NOUNS: ReadonlySet<string> = new Set([
  ...OBJECT_KINDS.map((kind) => kindOf(kind).access).flatMap(({ noun, of }) =>
    of === 'account' ? [noun] : [],
  ),
  ...['tokens', 'audit', 'plans'],
]);

/** Is it about the account rather than about what is in an environment? `*` is both. */
const isAccountWide = (permission: string): boolean =>
  ACCOUNT_NOUNS.has(permission.slice(0, permission.indexOf(':')));

/** `*` of a key is everything in its environment: what is of the account it gives only if it has it by name. */
export function exceedsKey(
  { permissions }: KeyPrincipal,
  confers: readonly string[] = [],
): string | undefined {
  const named = permissions.filter((one) => one !== '*');
  return exceeds(permissions, confers) ?? exceeds(named, confers.filter(isAccountWide));
}

export const isOwner = ({ roles }: Pick<PersonPrincipal, 'roles'>): boolean => roles.some(isOwnerRole);

/** In the tenant and in that team together. */
export const permissionsIn = ({ permissions, memberships }: Person, team: string): readonly string[] => [
  ...permissions,
  ...memberships.filter((one) => one.team === team).flatMap((one) => one.permissions),
];

export const isReading = (action: string): boolean => action.endsWith(':read');

export const isEndingOrReading = (action: string): boolean => action === 'keys:revoke' || isReading(action);

export const lacks = (permissions: readonly string[], action: string): string | undefined =>
  permits(permissions, action) ? undefined : `this requires the permission ${action}`;

/** A principal never gives what they do not have. */
export function exceeds(permissions: readonly string[], confers: readonly string[] = []): string | undefined {
  const more = confers.find((one) => !permits(permissions, one));
  return more === undefined ? undefined : `this would grant ${more}, which you do not have`;
}

/** Who takes over a person has what the person has in teams, too. */
export function exceedsInTeams(
  person: Person,
  memberships: readonly Pick<Membership, 'team' | 'permissions'>[] = [],
): string | undefined {
  for (const { team, permissions } of memberships) {
    const more = exceeds(permissionsIn(person, team), permissions);
    if (more !== undefined) return `${more}, in the team ${team}`;
  }
  return undefined;
}

export const elsewhere = (
  { environment }: Pick<KeyPrincipal, 'environment'>,
  wanted: string,
): string | undefined =>
  environment === wanted
    ? undefined
    : `the credential belongs to ${environment}, and cannot be used in another environment`;
