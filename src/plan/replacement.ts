/** What a person has to know before a key in production is replaced: who uses it still. */
import { kindOf } from '../domain/kinds/index.js';
import { isAccepted, isAlive } from '../domain/lifecycle.js';
import type { KeyFacts } from '../domain/live.js';
import type { Instant } from '../domain/time.js';
import { type Decision, type DeclaredAndLive, finding, instantText, NOTHING } from './decision.js';
import { differences } from './differences.js';

/** Nothing of a key without a version that works, which nobody can be using. */
export function replacedInProduction({ ref, desired, live, input }: DeclaredAndLive): Decision {
  const { key } = live;
  if (key?.isProd !== true || !key.versions.some((one) => isAlive(one, input.now))) return NOTHING;
  const paths = differences(live.declaration, desired.declaration).map(({ path }) => path);
  const fixed = kindOf(ref.kind).replacedBy.map((field) => `spec.${field}`);
  const changed = fixed.filter((field) =>
    paths.some((path) => path === field || path.startsWith(`${field}.`)),
  );
  return finding('warn', 'ReplacementForced')(
    ref,
    `is replaced by a new key, since ${changed.join(', ')} cannot be changed. ${usersOf(key, input.now)}`,
  );
}

/** As many as a person reads. */
const CONSUMERS_MAX = 5;

function usersOf({ versions }: KeyFacts, now: Instant): string {
  const accepted = versions.filter((one) => isAccepted(one, now));
  const lastUsedAt = Math.max(0, ...accepted.map((one) => one.lastUsedAt ?? 0));
  if (lastUsedAt === 0) return 'It was never used.';
  const consumers = [...new Set(accepted.flatMap((one) => one.consumers))].sort();
  const more = consumers.length > CONSUMERS_MAX ? ` and ${consumers.length - CONSUMERS_MAX} more` : '';
  const who = consumers.length === 0 ? '' : ` by ${consumers.slice(0, CONSUMERS_MAX).join(', ')}${more},`;
  return `It is used${who} last on ${instantText(lastUsedAt)}.`;
}
