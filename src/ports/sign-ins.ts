/** Lists and ends what a person is signed in by. `store_unreachable` and `store_tampered` are possible everywhere. */
import type { ObjectRef } from '../domain/objects.js';
import type { ParentKind } from '../domain/principal.js';
import type { Result } from '../domain/result.js';
import type { Instant } from '../domain/time.js';
import type { Caller } from './caller.js';

/** A session, or a personal access token, that is good. */
export interface SignIn {
  /** `us_ses_…`, `us_pat_…`. */
  readonly id: string;
  readonly kind: 'session' | 'personal-access-token';
  /** Whose it is. */
  readonly of: ObjectRef;
  /** Of a token. */
  readonly name?: string;
  /** What a session was started with. */
  readonly by?: ParentKind;
  readonly createdAt: Instant;
  readonly lastUsedAt?: Instant;
  readonly expiresAt?: Instant;
  /** The caller's call was made with it. */
  readonly isCurrent: boolean;
}

export interface EndedSignIns {
  /** This one alone. */
  readonly id?: string | undefined;
  /** Or all of this user, guest or key; absent: the caller's own, but the one in use. */
  readonly of?: ObjectRef | undefined;
}

export interface SignIns {
  /** What a user, guest or key is signed in by, oldest first; `of` absent: the caller. `not_found`, `forbidden`. */
  signIns(of: ObjectRef | undefined, caller: Caller): Promise<Result<readonly SignIn[]>>;
  /** Immediate and permanent; returns how many ended. `not_found`, `forbidden`. */
  endSignIns(ended: EndedSignIns, caller: Caller): Promise<Result<number>>;
  /**
   * In an emergency: the keys that access tokens are signed with are replaced at once, so that none that was issued before is
   * accepted any more. `forbidden` for any but owners.
   */
  replaceSigningKeys(caller: Caller): Promise<Result<void>>;
}
