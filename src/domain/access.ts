/**
 * May this principal do that to this? Pure, and the one module that decides it (contract.md, fine print 9 and 10).
 * Every caller of the store asks here, with the action as a permission and what it is done to.
 *
 *     owner ⊃ administrator (all but owners, tenant keys and the plan) ⊃ custom roles, as they say
 *     team admin: the team and its keys · member: reads, and keeps keys and tokens of their own
 *     keys: their environment alone · clients: the one space that they made · guests: the scopes that are open to them
 */
import {
  elsewhere,
  exceeds,
  exceedsInTeams,
  exceedsKey,
  isEndingOrReading,
  isOwner,
  isReading,
  lacks,
  permissionsIn,
} from './conferral.js';
import { fault } from './errors.js';
import { isOpenTo } from './guests.js';
import type {
  ClientPrincipal,
  GuestPrincipal,
  KeyPrincipal,
  PersonPrincipal,
  Principal,
  RootPrincipal,
} from './principal.js';
import { fail, ok, type Result, unreachable } from './result.js';
import type { Place, Target } from './target.js';

export type { KeyLevel, Target } from './target.js';

type Person = PersonPrincipal | RootPrincipal;
type KeyTarget = Extract<Target, { kind: 'key' }>;

/** `action` is a permission: `keys:rotate`. `forbidden`, with a sentence that says who may. */
export function authorize(principal: Principal, action: string, target: Target): Result<void> {
  const refusal = refusalOf(principal, action, target);
  return refusal === undefined ? ok(undefined) : fail(fault('forbidden', refusal));
}

/**
 * May they know the account: its plan, and what is kept about it? Its people and secret keys may. What a browser or a
 * guest has is in hands from outside. `forbidden`.
 */
export function mayKnowAccount(principal: Principal): Result<void> {
  const isWithin =
    principal.kind === 'root' ||
    principal.kind === 'person' ||
    (principal.kind === 'key' && principal.type === 'secret');
  return isWithin
    ? ok(undefined)
    : fail(fault('forbidden', 'only users of the account and secret keys can see it'));
}

function refusalOf(principal: Principal, action: string, target: Target): string | undefined {
  switch (principal.kind) {
    case 'root':
    case 'person':
      return personRefusal(principal, action, target);
    case 'key':
      return keyRefusal(principal, action, target);
    case 'client':
      return clientRefusal(principal, action, target);
    case 'guest':
      return guestRefusal(principal, action, target);
    default:
      return unreachable(principal);
  }
}

function personRefusal(person: Person, action: string, target: Target): string | undefined {
  switch (target.kind) {
    case 'account':
    case 'environment':
    case 'place':
    case 'arrangement':
      return lacks(person.permissions, action);
    case 'guest':
      return lacks(person.permissions, action) ?? exceeds(person.permissions, target.confers);
    case 'owners':
      return isOwner(person) ? undefined : 'only owners of the account can do this';
    case 'person':
      if (target.isOwner && !isReading(action) && !isOwner(person))
        return 'only owners of the account can create or change owners';
      return (
        lacks(person.permissions, action) ??
        exceeds(person.permissions, target.confers) ??
        exceedsInTeams(person, target.memberships)
      );
    case 'role':
      return lacks(person.permissions, action) ?? exceeds(person.permissions, target.confers);
    case 'team': {
      const own = permissionsIn(person, target.team);
      return lacks(own, action) ?? exceeds(own, target.confers);
    }
    case 'key':
      return personsKeyRefusal(person, action, target);
    default:
      return unreachable(target);
  }
}

/** T2: which keys a person may touch depends on the key's level and on their rights in the tenant and the team. */
function personsKeyRefusal(
  person: Person,
  action: string,
  { owner, confers }: KeyTarget,
): string | undefined {
  switch (owner.level) {
    case 'tenant':
      if (isReading(action)) return lacks(person.permissions, action);
      return isOwner(person) ? undefined : 'only owners of the account can create or change tenant keys';
    case 'service':
      return lacks(person.permissions, action) ?? exceeds(person.permissions, confers);
    case 'team': {
      const own = permissionsIn(person, owner.team);
      return lacks(own, action) ?? exceeds(own, confers);
    }
    case 'personal':
      if (owner.personId === person.id) return exceeds(person.permissions, confers);
      return isEndingOrReading(action)
        ? lacks(person.permissions, action)
        : 'only the user who owns a personal key can create or change it';
    default:
      return unreachable(owner);
  }
}

function keyRefusal(key: KeyPrincipal, action: string, target: Target): string | undefined {
  switch (target.kind) {
    case 'environment':
      return elsewhere(key, target.environment) ?? lacks(key.permissions, action);
    case 'guest':
      return (
        elsewhere(key, target.environment) ??
        lacks(key.permissions, action) ??
        exceeds(key.permissions, target.confers)
      );
    case 'place':
    case 'arrangement':
      return elsewhere(key, target.place.environment) ?? lacks(key.permissions, action);
    case 'key':
      return elsewhere(key, target.environment) ?? keysKeyRefusal(key, action, target);
    case 'account':
    case 'team':
    case 'person':
    case 'role':
    case 'owners':
      return accountRefusal(key, action, target);
    default:
      return unreachable(target);
  }
}

/** A key makes keys no stronger than itself, none that only people may make, and a team's key none but its team's. */
function keysKeyRefusal(
  key: KeyPrincipal,
  action: string,
  { owner, confers }: KeyTarget,
): string | undefined {
  if (isReading(action)) return lacks(key.permissions, action);
  if (owner.level === 'tenant') return 'only owners of the account can create or change tenant keys';
  if (owner.level === 'personal' && !isEndingOrReading(action))
    return 'only the user who owns a personal key can create or change it';
  const { team } = key.owner;
  if (team !== undefined && !(owner.level === 'team' && owner.team === team))
    return 'a team key can create and change only the keys of its team';
  return lacks(key.permissions, action) ?? exceedsKey(key, confers);
}

/** Outside its environment a key does what it was given by name, and changes nothing about people. */
function accountRefusal(key: KeyPrincipal, action: string, target: Target): string | undefined {
  const isMeantForKeys = isReading(action) || action === 'keys:verify' || action.startsWith('plans:');
  if (target.kind === 'owners' || !isMeantForKeys)
    return `a key acts only in its environment (${key.environment}); sign in as a user`;
  return key.permissions.includes(action)
    ? undefined
    : `outside its environment a key requires ${action} as an explicit permission`;
}

/** A public key is behind it: it begins one space, and reaches nothing else (F7). */
function clientRefusal(client: ClientPrincipal, action: string, target: Target): string | undefined {
  const { onlySpace, permissions } = client;
  if (target.kind === 'place' || target.kind === 'arrangement') {
    const { environment, space } = target.place;
    const isIts = onlySpace !== undefined && onlySpace.id === space.id;
    if (!isIts) return 'a client session can access only the space that it created';
    return elsewhere(client, environment) ?? lacks(permissions, action);
  }
  if (target.kind !== 'environment' || action !== 'spaces:write')
    return 'a client session can create one space and work in it';
  if (onlySpace !== undefined)
    return 'this client session has already created its space; start another session for another space';
  return elsewhere(client, target.environment) ?? lacks(permissions, action);
}

function guestRefusal(guest: GuestPrincipal, action: string, target: Target): string | undefined {
  if (target.kind === 'place')
    return lacks(guest.permissions, action) ?? (isOpen(guest, target.place) ? undefined : CLOSED);
  if (target.kind !== 'guest' || target.environment !== guest.environment) return CLOSED;
  if (target.id === guest.id && isReading(action)) return undefined;
  if (target.id !== undefined)
    return 'guests cannot change existing guests, including themselves; ask the person who invited you';
  const places = target.places ?? [];
  const isInvited = places.length > 0 && places.every((place) => isOpen(guest, place));
  return (
    lacks(guest.permissions, action) ??
    (isInvited ? undefined : 'guests can invite only to spaces and workbooks that they have access to')
  );
}

const CLOSED = 'you do not have access to this; ask the person who invited you';

/** Is that space or workbook open to the guest, by their grants or by the link they came by? */
export function isOpen(guest: GuestPrincipal, place: Place): boolean {
  if (guest.onlySpace !== undefined)
    return guest.environment === place.environment && guest.onlySpace.id === place.space.id;
  return isOpenTo(guest.guest, place, guest.at);
}
