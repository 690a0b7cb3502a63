/**
 * A version's state, derived from its facts and *now* (rotation.md, "A version's states"):
 *
 *     issue          promote           successor promoted   isRevoked, or revokedAt ≤ now
 *   ─────────▶ issued ─────────▶ current ─────────▶ retiring ─────────▶ revoked (final)
 *                 │                 │                   │  ▲
 *                 └── expiresAt ≤ now: expired (final) ─┘  └─ suspended until suspendedUntil
 *
 * and what follows from it: which versions a verifier accepts, when a rotation is due, and how long
 * nothing at all is due.
 */
import { sha256 } from './canonical.js';
import type { ApiKeySpec, RotationSpec } from './kinds/index.js';
import { CLAIM_RECIPIENT, type KeyFacts, type VersionFacts } from './live.js';
import { DAY_MS, type DurationMs, durationMs, type Instant, NEVER } from './time.js';

export type VersionState = 'issued' | 'current' | 'retiring' | 'suspended' | 'revoked' | 'expired';

/**
 * Revoked wins over expired, and both over everything: an end is final. What was revoked at once is a fact and is not
 * compared with `now`, which another machine's clock may put before it.
 */
export function stateOf(version: VersionFacts, now: Instant): VersionState {
  if (version.isRevoked) return 'revoked';
  if (version.revokedAt !== undefined && version.revokedAt <= now) return 'revoked';
  if (version.expiresAt !== undefined && version.expiresAt <= now) return 'expired';
  if (version.suspendedUntil !== undefined && version.suspendedUntil > now) return 'suspended';
  if (version.retiringAt !== undefined) return 'retiring';
  return version.promotedAt === undefined ? 'issued' : 'current';
}

/** At most this many versions of a key are accepted at once (rotation.md). */
export const ACCEPTED_VERSIONS_MAX = 4;

/**
 * One more is alive while it replaces a newest version that was lost: a sink does not hold it, and its
 * secret is not kept. Otherwise a consumer that loses a file in the middle of hand-overs would have no key at all.
 */
export const ALIVE_VERSIONS_MAX = ACCEPTED_VERSIONS_MAX + 1;

const ACCEPTED: ReadonlySet<VersionState> = new Set(['issued', 'current', 'retiring']);

/** What a verifier accepts, and nothing else. */
export const isAccepted = (version: VersionFacts, now: Instant): boolean =>
  ACCEPTED.has(stateOf(version, now));

/** Neither revoked nor expired: accepted, or suspended and coming back. */
export function isAlive(version: VersionFacts, now: Instant): boolean {
  const state = stateOf(version, now);
  return state !== 'revoked' && state !== 'expired';
}

/** Hand-over defaults of a key that declares no rotation, for rotations requested manually. */
const ROTATION_DEFAULTS = { overlap: '24h', handover: 'observed', quiet: '24h' } as const;

/** The rotation block with everything that has a default filled in, in milliseconds. */
export interface RotationPolicy {
  readonly everyMs: DurationMs | undefined;
  readonly overlapMs: DurationMs;
  readonly handover: NonNullable<RotationSpec['handover']>;
  readonly quietMs: DurationMs;
  readonly consumers: readonly string[];
  readonly deadlineMs: DurationMs | undefined;
}

export function rotationPolicy(spec: ApiKeySpec): RotationPolicy {
  const rotation = { ...ROTATION_DEFAULTS, ...spec.rotation };
  return {
    everyMs: rotation.every === undefined ? undefined : durationMs(rotation.every),
    overlapMs: durationMs(rotation.overlap),
    handover: rotation.handover,
    quietMs: durationMs(rotation.quiet),
    consumers: rotation.consumers ?? [],
    deadlineMs: rotation.deadline === undefined ? undefined : durationMs(rotation.deadline),
  };
}

/**
 * When the next version is due, or NEVER. `every` after the issue, brought forward by up to a tenth
 * (fixed per key, so that a fleet declared on one day does not rotate in one minute), and in any case
 * a whole overlap before the version expires.
 */
export function rotationDueAt(name: string, spec: ApiKeySpec, version: VersionFacts): Instant {
  if (spec.rotation === undefined) return NEVER;
  const { everyMs, overlapMs } = rotationPolicy(spec);
  const jitter = Number.parseInt(sha256(name).slice(0, 8), 16) / 0xffff_ffff;
  const byAge =
    everyMs === undefined ? NEVER : version.issuedAt + everyMs - Math.floor((everyMs / 10) * jitter);
  const dueAt = Math.min(byAge, renewalDueAt(spec, version, overlapMs));
  return Math.max(version.issuedAt + 1, dueAt);
}

/**
 * A successor that would end no later renews nothing, and one issued in the first half of a short life
 * would be due at once itself: either would rotate for ever.
 */
function renewalDueAt(spec: ApiKeySpec, version: VersionFacts, overlapMs: DurationMs): Instant {
  const { issuedAt, expiresAt } = version;
  const isFinal = expiresAt === undefined || declaredEnd(spec) <= expiresAt;
  if (isFinal) return NEVER;
  const halfLife = issuedAt + Math.floor((expiresAt - issuedAt) / 2);
  return Math.max(halfLife, expiresAt - overlapMs - Math.min(overlapMs, DAY_MS));
}

/** Until when the declaration lets the version live, or NEVER. */
export function latestEnd(spec: ApiKeySpec, { issuedAt }: Pick<VersionFacts, 'issuedAt'>): Instant {
  const byAge = spec.expiresAfter === undefined ? NEVER : issuedAt + durationMs(spec.expiresAfter);
  return Math.min(byAge, declaredEnd(spec));
}

/** Would the version live longer than its declaration allows now? */
export const exceedsDeclaredExpiry = (spec: ApiKeySpec, version: VersionFacts): boolean =>
  (version.expiresAt ?? NEVER) > latestEnd(spec, version);

/**
 * Until when the newest version is to live beyond its present end (NEVER: for good), because it is declared so now.
 * Undefined where it lives as long already. An end that has come, or that a person set, is final.
 */
export function extendedEnd(spec: ApiKeySpec, version: VersionFacts, now: Instant): Instant | undefined {
  const { expiresAt, revokedAt } = version;
  if (expiresAt === undefined || revokedAt !== undefined || expiresAt <= now) return undefined;
  const latest = latestEnd(spec, version);
  return latest > expiresAt ? latest : undefined;
}

/** The instant after which no version of the key is accepted, or NEVER. */
export const declaredEnd = ({ expiresAt }: ApiKeySpec): Instant =>
  expiresAt === undefined ? NEVER : Date.parse(expiresAt);

/**
 * How long a key needs nothing: as long as its declaration and sinks stay as they are, planning it
 * gives no step, finding or waiting before this instant. 0 when it has to be looked at now. Being too
 * early is safe and slow; being too late would be a bug (property test in test/plan).
 */
export function quietUntil(name: string, spec: ApiKeySpec, key: KeyFacts): Instant {
  const alive = key.versions.filter((version) => version.revokedAt === undefined);
  const [only] = alive;
  const isSteady =
    alive.length === 1 &&
    only !== undefined &&
    // When the newest was revoked, an older one that is still accepted does not stand in for it.
    only === key.versions.at(-1) &&
    only.promotedAt !== undefined &&
    only.envelope === undefined &&
    only.suspendedUntil === undefined &&
    (only.expiresAt ?? NEVER) === latestEnd(spec, only) &&
    key.deactivatedAt === undefined &&
    (key.owner ?? 'active') === 'active' &&
    (key.rotationRequestedAt === undefined || key.rotationRequestedAt <= only.issuedAt);
  if (!isSteady) return 0;
  return Math.min(rotationDueAt(name, spec, only), only.expiresAt ?? NEVER);
}

/** The secret of this version is kept until it is claimed. */
export const waitsForClaim = (version: VersionFacts): boolean =>
  version.envelope?.recipient === CLAIM_RECIPIENT;
