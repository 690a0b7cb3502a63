/** What a look over all live keys finds worth a person's attention, though nothing differs from any document. */
import type { SinkId } from './kinds/index.js';
import type { OwnerStatus } from './live.js';
import type { ObjectRef } from './objects.js';
import { DAY_MS, type DurationMs, type Instant } from './time.js';

export interface ReviewLimits {
  /** A key without a use for so long is idle. */
  readonly staleAfterMs: DurationMs;
  /** A version that was issued longer ago is old. */
  readonly maxAgeMs: DurationMs;
}

export interface Review {
  readonly now: Instant;
  /** Keys that are tied to a person, and what would miss them. */
  readonly personal: readonly PersonalKey[];
  readonly idle: readonly IdleKey[];
  readonly old: readonly OldVersion[];
  readonly expiring: readonly ExpiringKey[];
}

export interface PersonalKey {
  readonly key: ObjectRef;
  /** By the name they have, or had. */
  readonly person: string;
  readonly standing: OwnerStatus;
  readonly lastUsedAt: Instant | undefined;
  /** Seen with a version that is accepted. */
  readonly consumers: readonly string[];
  readonly sinks: readonly SinkId[];
}

export interface IdleKey {
  readonly key: ObjectRef;
  /** When the first of its accepted versions was issued. */
  readonly since: Instant;
  /** Undefined: never, as far as any is recorded. */
  readonly lastUsedAt: Instant | undefined;
}

export interface OldVersion {
  readonly key: ObjectRef;
  readonly generation: number;
  readonly issuedAt: Instant;
}

/** No other version follows, for the key declares no rotation. */
export interface ExpiringKey {
  readonly key: ObjectRef;
  readonly expiresAt: Instant;
}

const EXPIRY_NOTICE_MS: DurationMs = 14 * DAY_MS;

/** How long before its end a version is about to expire: two weeks, of a short life its last tenth. */
export const expiryNoticeMs = (issuedAt: Instant, expiresAt: Instant): DurationMs =>
  Math.min(EXPIRY_NOTICE_MS, (expiresAt - issuedAt) / 10);

/** No version has a longer notice. */
export const LONGEST_EXPIRY_NOTICE_MS = EXPIRY_NOTICE_MS;
