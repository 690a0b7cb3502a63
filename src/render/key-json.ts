/** A version of a key for programs: the one shape that commands and the HTTP API show it in. */
import { rotationDueAt, stateOf, waitsForClaim } from '../domain/lifecycle.js';
import type { KeyFacts, LiveObject, VersionFacts } from '../domain/live.js';
import { prefixOf } from '../domain/secret.js';
import { formatInstant, type Instant, NEVER } from '../domain/time.js';

/** What of its key a version's shape depends on. */
export interface KeyOfVersion extends Pick<LiveObject, 'ref' | 'declaration'> {
  readonly key: KeyFacts;
}

/** Returns what is known of one version as of *now*: instants in ISO 8601, absent ones null, nothing secret. */
export function keyVersionJson({ ref, declaration, key }: KeyOfVersion, version: VersionFacts, now: Instant) {
  return {
    id: version.id,
    version: version.generation,
    /** The same number, by the name that plans and the audit log have for it. */
    generation: version.generation,
    prefix: prefixOf(key.type, key.isProd, version.id),
    state: stateOf(version, now),
    issuedAt: formatInstant(version.issuedAt),
    promotedAt: instantJson(version.promotedAt),
    retiringAt: instantJson(version.retiringAt),
    suspendedUntil: instantJson(version.suspendedUntil),
    revokedAt: instantJson(version.revokedAt),
    expiresAt: instantJson(version.expiresAt),
    lastUsedAt: instantJson(version.lastUsedAt),
    usageCount: version.useCount ?? null,
    consumers: [...version.consumers],
    rotationDueAt: instantJson(
      declaration.kind === 'ApiKey' ? rotationDueAt(ref.name, declaration.spec, version) : undefined,
    ),
    unclaimed: waitsForClaim(version),
  };
}

/** Returns the instant in ISO 8601; null where it is absent, or never. */
export const instantJson = (at: Instant | undefined): string | null =>
  at === undefined || at >= NEVER ? null : formatInstant(at);
