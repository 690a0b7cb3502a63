/** A review told as findings: what is worth a person's attention though nothing differs from any document. */

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
  active: 'If they leave it stops working',
  deactivated: 'They are deactivated, so it works for nobody; if they go it ends for good',
  deleted: 'They are gone, so it works for nobody, for good',
} as const;

function tied({ key, person, standing, lastUsedAt, consumers, sinks }: PersonalKey, now: Instant): Finding {
  const users = consumers.length === 0 ? 'no consumer has named itself' : `used by ${consumers.join(', ')}`;
  const places = sinks.length === 0 ? 'delivered nowhere' : `delivered to ${sinks.join(', ')}`;
  const last = lastUsedAt === undefined ? 'never used' : `last used ${ago(lastUsedAt, now)}`;
  return warning(
    'KeyTiedToPerson',
    key,
    `is tied to ${person === '' ? 'a person' : person}. ${ENDS[standing]}: ${last}, ${users}, ${places}. A key of a service survives any change of people.`,
  );
}

function idle({ key, since, lastUsedAt }: IdleKey, usage: UsageCoverage, now: Instant): Finding {
  if (lastUsedAt !== undefined)
    return warning(
      'KeyStale',
      key,
      `was last used ${ago(lastUsedAt, now)}. If nobody needs it, take its document away.`,
    );
  // Uses from before the telemetry began may have been and are not known.
  const told =
    usage.from > since
      ? `has no recorded use: uses are recorded since ${instantText(usage.from)}, and it is ${age(since, now)} old`
      : `was never used in the ${age(since, now)} since it was issued`;
  return warning('KeyNeverUsed', key, `${told}. If nobody needs it, take its document away.`);
}

const old = ({ key, generation, issuedAt }: OldVersion, now: Instant): Finding =>
  warning(
    'VersionTooOld',
    key,
    `has had generation ${generation} for ${age(issuedAt, now)}. Declare a rotation, or: keywright rotate ${key.name}.`,
  );

const expiring = ({ key, expiresAt }: ExpiringKey, now: Instant): Finding =>
  warning(
    'ExpiresWithoutRotation',
    key,
    `expires in ${age(now, expiresAt)}, at ${instantText(expiresAt)}, and declares no rotation. Declare one, or: keywright rotate ${key.name}.`,
  );

const age = (from: Instant, to: Instant): string => formatDuration(to - from);
const ago = (then: Instant, now: Instant): string => `${age(then, now)} ago`;
