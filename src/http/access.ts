/**
 * May this caller do that to this object? Asked of the domain, for each object that a route shows or changes; a route
 * over the whole account asks once. An object that a caller may not see is answered as not found.
 */
import { authorize, type Target } from '../domain/access.js';
import { fault } from '../domain/errors.js';
import { kindOf } from '../domain/kinds/index.js';
import type { LiveObject } from '../domain/live.js';
import { permits } from '../domain/permissions.js';
import { type Principal, personOf } from '../domain/principal.js';
import { fail, ok, type Result, unreachable } from '../domain/result.js';

/** The permission in any way: in the tenant, in the environment, or in some team. What it reaches is asked then. */
const holds = (principal: Principal, permission: string): boolean =>
  permits(principal.permissions, permission) ||
  ('memberships' in principal && principal.memberships.some((one) => permits(one.permissions, permission)));

/** `forbidden`, with a sentence that says who may. */
export const mayTouch = (principal: Principal, permission: string, object: LiveObject): Result<void> =>
  authorize(principal, permission, targetOf(object));

export const maySee = (principal: Principal, permission: string, object: LiveObject): boolean =>
  mayTouch(principal, permission, object).ok;

/** Where it is, as its kind says; absent: of the account. */
const targetOf = ({ declaration: { kind, metadata, spec }, key, id }: LiveObject): Target =>
  kindOf(kind).access.target?.({ name: metadata.name, id, spec, ownerId: key?.ownerId }) ?? {
    kind: 'account',
  };

/** Where a permission has to hold for a route to be called at all. */
export type Scope =
  /** In the account: what the route shows belongs to no environment. */
  | 'account'
  /** Where the caller lives: an environment, or the account. */
  | 'own'
  /** Somewhere; each object is asked about by itself. */
  | 'objects'
  /** The same of keys: people do as they like with their personal ones, and need no permission for it. */
  | 'keys';

/** `forbidden`. */
export function mayCall(principal: Principal, permission: string, scope: Scope): Result<void> {
  const { environment } = principal;
  switch (scope) {
    case 'account':
      return authorize(principal, permission, { kind: 'account' });
    case 'own':
      return authorize(
        principal,
        permission,
        environment === undefined ? { kind: 'account' } : { kind: 'environment', environment },
      );
    case 'objects':
      return holds(principal, permission)
        ? ok(undefined)
        : fail(fault('forbidden', `this needs the permission ${permission}`));
    case 'keys':
      return personOf(principal) === undefined ? mayCall(principal, permission, 'objects') : ok(undefined);
    default:
      return unreachable(scope);
  }
}
