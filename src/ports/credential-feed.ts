/**
 * What a verifier that answers from memory needs of the store: every credential once, then whatever
 * changed; and the way back, on which it reports use. MACs are keyed with the pepper, so a verifier must
 * be trusted with it; plaintext never passes.
 */

import type { Plan } from '../domain/billing-plan.js';
import type { VersionFacts } from '../domain/live.js';
import type { Result } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';
import type { Instant } from '../domain/time.js';
import type { EffectiveKey } from '../domain/verification.js';
import type { Instance } from './accounts.js';

/** One version of a key, as verification sees it. */
export interface Credential {
  /** Public id of the version: the twelve characters in its token. */
  readonly tokenId: string;
  /** `tokenMac(pepper, token)`: 64 hex digits. */
  readonly mac: string;
  readonly keyId: string;
  readonly name: string;
  readonly generation: number;
  readonly type: string;
  /** `service:billing`, `tenant`. */
  readonly owner: string;
  readonly dates: Pick<
    VersionFacts,
    'promotedAt' | 'retiringAt' | 'suspendedUntil' | 'revokedAt' | 'isRevoked' | 'expiresAt'
  >;
  readonly effective: EffectiveKey;
}

export interface CredentialPage {
  readonly credentials: readonly Credential[];
  /** Pass it back to continue; undefined after the last page. */
  readonly next: string | undefined;
}

/** That a version was used, whatever the answer: a refused use counts too. */
export interface Use {
  readonly tokenId: string;
  readonly lastUsedAt: Instant;
  /** How often it was accepted since the last report; absent: not counted. */
  readonly accepted?: number;
  /** Who used it, as declarations name consumers. */
  readonly consumer?: string | undefined;
}

/** How far a verifier has read: a change, and what tells that change from another one of the same number. */
export interface Position {
  readonly revision: number;
  /** Of its entry in the audit log, which covers all entries before. */
  readonly hash: string;
}

/** What follows a position. A store that was restored from a backup may have gone another way since. */
export type Changes =
  | {
      readonly kind: 'changes';
      readonly credentials: readonly Credential[];
      readonly position: Position;
      /** Of the account, as it is at that position: not every one lets keys in (U1). */
      readonly plan: Plan;
    }
  | { readonly kind: 'another-history' };

/** What was ended before a store went back to an older state, and would be accepted again. */
export interface EndedBefore {
  /** By token id: versions that were revoked. */
  readonly revoked: readonly string[];
  /** By id: keys that were stopped, manually or with their owner. */
  readonly stopped: readonly string[];
}

export interface CredentialFeed {
  pepper(): Promise<Result<Secret>>;
  /** The newest change; take it before the snapshot and follow from it: nothing is missed, some is seen twice. */
  position(): Promise<Result<Position>>;
  /** All credentials, revoked ones included, by token id, at most `limit` a page. */
  snapshot(after: string | undefined, limit: number): Promise<Result<CredentialPage>>;
  /** The credentials whose effective permissions or dates changed after that, and the position that brings us to. */
  changedSince(position: Position): Promise<Result<Changes>>;
  /**
   * Calls `listener` soon after a change by any caller, and when changes may have gone unheard. A hint: call
   * or no call, `changedSince` is what tells. Gives what ends it.
   */
  watch(listener: () => void): () => void;
  /**
   * Uses since the last report; all of them or none, durable when it answers. Repeating a report changes
   * nothing but `accepted`, which is added; a late one takes no later use back, and versions that the store does not
   * know are passed over.
   *
   * A verifier must stop answering `valid` once it has not reported for 2 seconds. So the store knows of
   * every use that was let through, except for the last 2 seconds of a verifier that was cut off or killed.
   * Hand-overs rely on it: silence in the store is silence (rotation, "observed").
   */
  reportUses(uses: readonly Use[]): Promise<Result<void>>;
  /** Ends them again: an end is final, whatever copy of the store comes later. Those that do not exist are skipped. */
  endAgain(ended: EndedBefore): Promise<Result<void>>;
  /** Records that the follower is running now. */
  seen(instance: Instance): Promise<Result<void>>;
  close(): Promise<void>;
}
