/**
 * Who is calling and how they sign in, as a server sees it: principals, the access tokens they are given, and
 * the credentials that people and guests hold. What a principal may do is decided by `authorize` in
 * domain/access.ts; every method here that takes one has asked it already, and answers `forbidden`.
 * Every method may reject only with a bug. `store_unreachable` and `store_tampered` are possible everywhere.
 */
import type { GuestSpec } from '../domain/kinds/index.js';
import type { Principal } from '../domain/principal.js';
import type { Result } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';
import type { Instant } from '../domain/time.js';
import type { Attempt } from './idempotency.js';
import type { MessageContent } from './outbox.js';

/** How a call arrived. Nothing of it is believed; it limits, and it is written down. */
export interface CallContext {
  /** By which way, for the audit log: `http:POST /v1/auth`. */
  readonly path: string;
  /** The address it came from, to limit guesses of passwords by. */
  readonly source?: string;
  /** It had an `Origin` header: a secret key is refused then (F7). */
  readonly isFromBrowser?: boolean;
  /** Why a guard is to be broken, in an emergency. */
  readonly breakGlass?: string;
  /** A session that it starts is to end by then. */
  readonly sessionEndsAt?: Instant;
  /** Its effects are to be there once. */
  readonly once?: Attempt;
}

/** What is exchanged for an access token. */
export type Proof =
  /** A key (publishable ones too), a personal access token or the root token. */
  | { readonly kind: 'token'; readonly token: Secret }
  | { readonly kind: 'password'; readonly email: string; readonly password: Secret }
  /** F9: the id of a key (`us_key_…`), of its version or of a PAT, and its token. */
  | { readonly kind: 'client'; readonly clientId: string; readonly secret: Secret }
  /** A guest's magic link; used up by it. */
  | { readonly kind: 'magicLink'; readonly token: Secret }
  /** A space's shared link; the address is not proven, so the space of the link is all it opens. */
  | { readonly kind: 'sharedLink'; readonly token: Secret; readonly email: string; readonly name?: string };

export interface AccessToken {
  /** An EdDSA JWT. */
  readonly token: Secret;
  readonly expiresAt: Instant;
  /** Seconds from now until then. */
  readonly expiresInS: number;
  readonly principal: Principal;
  /** `us_acc_…`: what it lets into. */
  readonly accountId: string;
}

/** The principal who acts, and how their call arrived. */
export interface By {
  readonly principal: Principal;
  readonly context: CallContext;
}

export interface PersonalToken {
  /** `us_pat_…`. */
  readonly id: string;
  readonly name: string;
  /** `pat_…` up to and with the id. */
  readonly prefix: string;
  readonly createdAt: Instant;
  /** Undefined: it does not end by itself. */
  readonly expiresAt: Instant | undefined;
  /** To the second; undefined: never used. */
  readonly lastUsedAt: Instant | undefined;
}

/** A secret that is shown once: it is kept nowhere. */
export interface Shown<T> {
  readonly shown: T;
  readonly token: Secret;
}

export interface Invitation {
  /** `us_inv_…`. */
  readonly id: string;
  readonly email: string;
  readonly expiresAt: Instant;
}

export interface GuestLink {
  /** `us_link_…`. */
  readonly id: string;
  readonly kind: 'magicLink' | 'sharedLink';
  readonly environment: string;
  readonly expiresAt: Instant;
}

export interface InvitedGuest {
  /** `ENVIRONMENT/NAME` or an id. */
  readonly guest: string;
  /** Where to, by id. It is opened to them if nothing of it is yet. */
  readonly spaceId: string;
  readonly message: MessageContent;
}

/** A caller who claims to be a guest of the environment that this space is in. Nothing of it is trusted. */
export interface AskedForLink {
  readonly email: string;
  /** `us_sp_…`. */
  readonly spaceId: string;
}

/** RFC 7517, public halves only. */
export interface KeySet {
  readonly keys: readonly Readonly<Record<string, string>>[];
}

export interface IdentityService {
  /**
   * The root token is this one from now on; an earlier one ends, with the sessions it started. `usage` for one that
   * is too short; `conflict` for one that was revoked or replaced.
   */
  setRootToken(token: Secret): Promise<Result<void>>;
  /** Was there ever one? A store whose root token was revoked is not given another unasked. */
  hadRootToken(): Promise<Result<boolean>>;

  /**
   * Who holds this, now. One `unauthenticated` for whatever is wrong: unknown, malformed, expired, revoked, of
   * a removed person. Counts as a use, to the second. `isFromBrowser` refuses secret keys.
   */
  authenticate(credential: Secret, context: CallContext): Promise<Result<Principal>>;

  /**
   * Starts a session: 24 hours, 1 hour for guests, never longer than what it is exchanged for.
   * `unauthenticated`; `rate_limited` after too many wrong passwords,
   * `overloaded` when too many sign in at once.
   */
  exchange(proof: Proof, context: CallContext): Promise<Result<AccessToken>>;
  /**
   * Has a magic link sent to a guest who asks for one, where their environment lets guests in so. True, and after the
   * same while, also if there is no such guest; false where no messages are sent. `rate_limited` after asking too often.
   */
  askForLink(asked: AskedForLink, context: CallContext): Promise<Result<boolean>>;
  /** Another access token of the same session, at most 30 days from its start. `unauthenticated`. */
  refresh(token: Secret, context: CallContext): Promise<Result<AccessToken>>;
  /**
   * RFC 7009. Ends the session of an access token, a PAT or the root token, for its holder; unknown ones
   * are fine. Keys are revoked through the store (`LiveStore.request`), which knows what breaks: `conflict`.
   */
  revokeToken(token: Secret, by: By): Promise<Result<void>>;
  /** The keys that access tokens out there may be signed with. */
  keySet(): Promise<Result<KeySet>>;
  /**
   * The next access tokens are signed with a new key; the old one stays published until its last token ended, or, where that
   * must not wait, no longer. Owners.
   */
  rotateSigningKey(by: By, how?: { readonly immediately: boolean }): Promise<Result<void>>;

  /** For themselves alone (F8). `forbidden` for keys and guests, `bad_request` for an end that has passed. */
  createPersonalToken(name: string, by: By, expiresAt?: Instant): Promise<Result<Shown<PersonalToken>>>;
  /** Their own, oldest first. */
  personalTokens(by: By): Promise<Result<readonly PersonalToken[]>>;
  /** A new one of the same name, with an id of its own; the old one ends at once, with the sessions it started. `not_found` also for another person's. */
  rotatePersonalToken(id: string, by: By): Promise<Result<Shown<PersonalToken>>>;
  /** Immediate and permanent. `not_found` also for another person's. */
  deletePersonalToken(id: string, by: By): Promise<Result<void>>;

  /**
   * Makes or renews the invitation of a declared person; earlier ones end. The token is shown once, and mailed to
   * them where messages are sent.
   */
  invite(person: string, by: By): Promise<Result<Shown<Invitation>>>;
  /** Makes them active, and sets their password if one is given. Once. `unauthenticated` for a token that is not good. */
  acceptInvitation(
    token: Secret,
    password: Secret | undefined,
    context: CallContext,
  ): Promise<Result<AccessToken>>;
  /** Their own, with the present one; or any person's, by an owner. Ends the sessions that the old one started. */
  setPassword(
    change: { readonly person: string; readonly current?: Secret; readonly next: Secret },
    by: By,
  ): Promise<Result<void>>;

  /**
   * F11: a new guest, let into these scopes, with the magic link to pass on to them; it is mailed too where messages are
   * sent. Also for guests, into what is open to them, where the environment lets guests invite. `exists` for an address that is a guest already.
   */
  inviteGuest(guest: GuestSpec, by: By): Promise<Result<Shown<GuestLink>>>;
  /**
   * `guest`: `ENVIRONMENT/NAME` or an id. Mailed to them in these words where messages are sent; without words, not.
   * `conflict` where the environment does not let guests in so.
   */
  createMagicLink(guest: string, by: By, message?: MessageContent): Promise<Result<Shown<GuestLink>>>;
  /** Of several guests, in their order, mailed where messages are sent; all or none. */
  createMagicLinks(guests: readonly InvitedGuest[], by: By): Promise<Result<readonly Shown<GuestLink>[]>>;
  /** `space`: `ENVIRONMENT/NAME` or an id. `conflict` as above. */
  createSharedLink(space: string, by: By): Promise<Result<Shown<GuestLink>>>;
  /** Ends a link, and the sessions that it started. */
  endGuestLink(id: string, by: By): Promise<Result<void>>;
}
