/** Reports a review as findings: what is worth a person's attention though nothing differs from any document. */

import type { ExpiringKey, IdleKey, OldVersion, PersonalKey, Review } from '../domain/hygiene.js';
import type { UsageCoverage } from '../domain/live.js';
import { type ObjectRef, refText } from '../domain/objects.js';
import { formatDuration, type Instant } from '../domain/time.js';
import { instantText } from './decision.js';
import type { Finding } from './plan.js';
import type { FindingCode } from './reasons.js';

/** `usage`: through what telemetry uses are known; before it none is recorded. */
export const reviewFindings = (review: Review, usage: UsageCoverage): readonly Finding[] => [
  ...review.personal.map((one) => tied(one, review.now)),
  ...review.idle.map((one) => idle(one, usage, review.now)),
  ...review.old.map((one) => old(one, review.now)),
  ...review.expiring.map((one) => expiring(one, review.now)),
];

const warning = (code: FindingCode, object: ObjectRef, message: string): Finding => ({
  code,
  severity: 'warn',
  object,
  message: `${refText(object)} ${message}`,
});

const ENDS = {
  active: 'It stops working when the user leaves',
  deactivated: 'The user is deactivated, so it is not accepted; it ends permanently if the user is removed',
  deleted: 'The user was removed, so it is no longer accepted',
} as const;

function tied({ key, person, standing, lastUsedAt, consumers, sinks }: PersonalKey, now: Instant): Finding {
  const users = consumers.length === 0 ? 'no named consumers' : `used by ${consumers.join(', ')}`;
  const places = sinks.length === 0 ? 'no sinks' : `delivered to ${sinks.join(', ')}`;
  const last = lastUsedAt === undefined ? 'never used' : `last used ${ago(lastUsedAt, now)}`;
  return warning(
    'KeyTiedToPerson',
    key,
    `belongs to ${person === '' ? 'a person' : person}. ${ENDS[standing]}: ${last}, ${users}, ${places}. Use a key of a service instead.`,
  );
}

function idle({ key, since, lastUsedAt }: IdleKey, usage: UsageCoverage, now: Instant): Finding {
  if (lastUsedAt !== undefined)
    return warning(
      'KeyStale',
      key,
      `was last used ${ago(lastUsedAt, now)}. If it is not needed, remove its document.`,
    );
  // Uses from before the telemetry began may have been and are not known.
  const told =
    usage.from > since
      ? `has no recorded use: usage is recorded since ${instantText(usage.from)}, and the key is ${age(since, now)} old`
      : `was not used in the ${age(since, now)} since it was issued`;
  return warning('KeyNeverUsed', key, `${told}. If it is not needed, remove its document.`);
}

const old = ({ key, generation, issuedAt }: OldVersion, now: Instant): Finding =>
  warning(
    'VersionTooOld',
    key,
    `has used version ${generation} for ${age(issuedAt, now)}. Declare a rotation, or run: keywright rotate ${key.name}.`,
  );

const expiring = ({ key, expiresAt }: ExpiringKey, now: Instant): Finding =>
  warning(
    'ExpiresWithoutRotation',
    key,
    `expires in ${age(now, expiresAt)}, at ${instantText(expiresAt)}, and declares no rotation. Declare one, or run: keywright rotate ${key.name}.`,
  );

const age = (from: Instant, to: Instant): string => formatDuration(to - from);
const ago = (then: Instant, now: Instant): string => `${age(then, now)} ago`;
