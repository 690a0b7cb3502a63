/** What is known of a key's use, and what ending it now would break (U5, U10): said before it is ended. Pure. */
import type { ApiKeySpec } from './kinds/index.js';
import { isAccepted, rotationPolicy } from './lifecycle.js';
import type { KeyFacts, VersionFacts } from './live.js';
import { formatInstant, type Instant } from './time.js';

/** Accepted versions with a use that is not long ago, oldest first. */
export function versionsInUse(
  { versions }: KeyFacts,
  spec: ApiKeySpec,
  now: Instant,
): readonly VersionFacts[] {
  const { quietMs } = rotationPolicy(spec);
  return versions.filter(
    (version) => isAccepted(version, now) && (version.lastUsedAt ?? Number.NEGATIVE_INFINITY) > now - quietMs,
  );
}

/** Has the newest version been used? null: no older one is accepted. */
export function isReplacementUsed(key: KeyFacts, now: Instant): boolean | null {
  const accepted = key.versions.filter((version) => isAccepted(version, now));
  return accepted.length > 1 ? accepted.at(-1)?.lastUsedAt !== undefined : null;
}

/** What revoking it now would break, in sentences. */
export function useText(key: KeyFacts, spec: ApiKeySpec, now: Instant): string {
  const accepted = key.versions.filter((version) => isAccepted(version, now));
  const inUse = versionsInUse(key, spec, now);
  return [breaking(inUse, accepted), ...replacing(isReplacementUsed(key, now), accepted.at(-1))].join(' ');
}

function breaking(inUse: readonly VersionFacts[], accepted: readonly VersionFacts[]): string {
  if (accepted.length === 0) return 'No version is accepted any more, so revoking it affects no consumer.';
  const used = accepted.flatMap(({ lastUsedAt }) => lastUsedAt ?? []);
  if (used.length === 0) return 'It has never been used.';
  if (inUse.length === 0) return `It was last used at ${formatInstant(Math.max(...used))}.`;
  const consumers = [...new Set(inUse.flatMap((version) => version.consumers))];
  const by = consumers.length === 0 ? 'Its consumers' : `Its consumers (${consumers.join(', ')})`;
  const last = formatInstant(Math.max(...inUse.flatMap(({ lastUsedAt }) => lastUsedAt ?? [])));
  return `It is in use, last at ${last}. ${by} will be refused.`;
}

function replacing(isUsed: boolean | null, newest: VersionFacts | undefined): readonly string[] {
  if (isUsed === null) return [];
  return [`Its replacement, version ${newest?.generation}, ${isUsed ? 'is in use' : 'has never been used'}.`];
}
