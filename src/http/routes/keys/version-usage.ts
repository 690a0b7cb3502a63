/** What is known of a key's use, and what revoking it would break (U5, U10). */
import { type Static, Type } from 'typebox';
import type { ApiKeySpec } from '../../../domain/kinds/index.js';
import { isAccepted, rotationPolicy } from '../../../domain/lifecycle.js';
import type { KeyFacts, VersionFacts } from '../../../domain/live.js';
import { formatInstant, type Instant } from '../../../domain/time.js';
import { closed, nullable } from '../../schemas.js';

export const Revoking = Type.Object(
  {
    versionsInUse: Type.Array(Type.Integer(), {
      description: 'Accepted versions that were used within the key’s `quiet` period, by default a day.',
    }),
    isReplacementUsed: nullable(
      Type.Boolean({
        description: 'Whether the newest version has been used. null: no older version is accepted.',
      }),
    ),
    message: Type.String({ description: 'What revoking it now would break, for people.' }),
  },
  { ...closed, description: 'Read it before POST /keys/{id}/revoke.' },
);

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

export function revokingOf(key: KeyFacts, spec: ApiKeySpec, now: Instant): Static<typeof Revoking> {
  const inUse = versionsInUse(key, spec, now);
  const accepted = key.versions.filter((version) => isAccepted(version, now));
  const newest = accepted.at(-1);
  const isReplacementUsed = accepted.length > 1 ? newest?.lastUsedAt !== undefined : null;
  return {
    versionsInUse: inUse.map(({ generation }) => generation),
    isReplacementUsed,
    message: [breaking(inUse, accepted), ...replacing(isReplacementUsed, newest)].join(' '),
  };
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
