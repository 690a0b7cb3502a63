/**
 * Who is calling, as the store knows them at the instant they called. A principal is made anew for every
 * call from what the store says then, so that it never outlives what it stands on; it is never kept.
 */
import type { GuestFacts } from './guests.js';
import type { ApiKeySpec } from './kinds/index.js';
import { type ObjectRef, refText } from './objects.js';
import type { KeyType } from './secret.js';
import type { Instant } from './time.js';

/** What was shown: a Keywright token, or an access token that one of them, a password or a link was exchanged for. */
export type CredentialKind = 'root' | 'personal' | 'key' | 'access';

/** What access tokens are exchanged for. They die with it. */
export type ParentKind =
  | 'root'
  | 'personal'
  | 'key'
  | 'password'
  | 'invitation'
  | 'magic_link'
  | 'shared_link';

export interface PresentedCredential {
  readonly kind: CredentialKind;
  /** Public: the version of a key (twelve characters), `us_pat_…`, `us_ses_…`, `us_root_…`. */
  readonly id: string;
  /** Undefined: it does not end by itself. */
  readonly expiresAt: Instant | undefined;
  /** Of an access token: what it was exchanged for. */
  readonly parent: { readonly kind: ParentKind; readonly id: string } | undefined;
}

interface Acting {
  /** Of the object that acts: `us_usr_…`, `us_key_…`, `us_g_…`. */
  readonly id: string;
  readonly ref: ObjectRef;
  /** For people to read; never secret. */
  readonly display: string;
  /** The only environment it acts in; undefined: all of them. */
  readonly environment: string | undefined;
  /** In the tenant, or in its environment, as they are now. `*` is everything. */
  readonly permissions: readonly string[];
  readonly credential: PresentedCredential;
  /** When this was so. */
  readonly at: Instant;
}

/** What a principal may do in one team, beyond what they may do in the tenant. */
export interface Membership {
  readonly team: string;
  readonly role: string;
  readonly permissions: readonly string[];
}

interface ActingPerson extends Acting {
  readonly email: string;
  /** Tenant roles, by name. */
  readonly roles: readonly string[];
  readonly memberships: readonly Membership[];
}

/** A person, by a personal access token or by an access token. Acts with their rights as they are now. */
export interface PersonPrincipal extends ActingPerson {
  readonly kind: 'person';
}

/** The token of the first start: its owner, without an end (contract.md, fine print 18). */
export interface RootPrincipal extends ActingPerson {
  readonly kind: 'root';
}

/** A key itself, or an access token that a secret key was exchanged for. A publishable key may do nothing but that. */
export interface KeyPrincipal extends Acting {
  readonly kind: 'key';
  readonly type: KeyType;
  readonly owner: ApiKeySpec['owner'];
  readonly environment: string;
}

/** A browser, by the access token that a publishable key was exchanged for. It makes one space, and works in that one. */
export interface ClientPrincipal extends Acting {
  readonly kind: 'client';
  readonly owner: ApiKeySpec['owner'];
  readonly environment: string;
  /** The space that it made; undefined: none yet. */
  readonly onlySpace: OnlySpace | undefined;
}

/** All that a session reaches, whatever else there is in its environment. */
export interface OnlySpace {
  readonly name: string;
  readonly id: string;
}

export interface GuestPrincipal extends Acting {
  readonly kind: 'guest';
  readonly environment: string;
  readonly email: string;
  readonly guest: GuestFacts;
  /** By shared link: its space alone is open, whatever the guest is granted, since the address is unproven. */
  readonly onlySpace: OnlySpace | undefined;
}

export type Principal = RootPrincipal | PersonPrincipal | KeyPrincipal | ClientPrincipal | GuestPrincipal;

/** As the audit log names who acted: `User/ada`, `ApiKey/billing-prod`, `Guest/production/auditor`. */
export const actorOf = ({ ref }: Pick<Principal, 'ref'>): string => refText(ref);

/** Do many callers have this credential? Every visitor of a page has its publishable key. */
export const isShared = (principal: Principal): boolean =>
  principal.kind === 'client' || (principal.kind === 'key' && principal.type === 'publishable');

/** The person behind it; undefined for keys and guests. */
export const personOf = (principal: Principal): PersonPrincipal | RootPrincipal | undefined =>
  principal.kind === 'person' || principal.kind === 'root' ? principal : undefined;
