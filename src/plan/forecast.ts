/**
 * Calculates what time alone brings, as long as nothing else changes: when keys become due for rotation, expire
 * or end, when guests expire, and when something that is waited for comes. Of each object the next event of each sort; what would
 * follow from acting on them is for a later plan to say.
 */
import { expiresAt } from '../domain/guests.js';
import type { ApiKeySpec } from '../domain/kinds/index.js';
import { declaredEnd, isAlive, rotationDueAt, rotationPolicy } from '../domain/lifecycle.js';
import type { KeyFacts, LiveObject, VersionFacts } from '../domain/live.js';
import { REPLACED_BY } from '../domain/metadata.js';
import { compareRefs, type Declaration, type ObjectRef } from '../domain/objects.js';
import { type Instant, NEVER } from '../domain/time.js';
import { isOwnedBy } from './compare.js';
import type { PlanInput, Subject, Waiting } from './plan.js';
import { plan } from './plan-changes.js';
import type { FindingCode, ForecastEvent, StepReason, WaitingReason } from './reasons.js';

export interface Forecast {
  readonly object: ObjectRef;
  readonly at: Instant;
  readonly what: ForecastEvent;
  /** What a plan made then says of it. */
  readonly reason: StepReason | WaitingReason | FindingCode;
  readonly message: string;
}

/**
 * What happens after `since` and until the instant that `input` was gathered for, in order of time. `input`
 * has every object as a subject that is due by then.
 */
export function forecast(input: PlanInput, since: Instant): readonly Forecast[] {
  const now = { ...input, now: since, usage: { ...input.usage, until: since } };
  return [
    ...input.subjects.flatMap((subject) => subjectForecast(subject, input, since)),
    ...plan(now).waiting.flatMap(continuation),
  ]
    .filter(({ at }) => at > since && at <= input.now)
    .sort((a, b) => a.at - b.at || compareRefs(a.object, b.object));
}

/** A key and its facts, with the declaration that holds for it. */
export interface DatedKey {
  readonly ref: ObjectRef;
  readonly spec: ApiKeySpec;
  /** Undefined while it is not live. */
  readonly facts: KeyFacts | undefined;
}

function subjectForecast(
  { ref, desired, live }: Subject,
  { ownership }: PlanInput,
  since: Instant,
): readonly Forecast[] {
  if (desired === undefined) return live && isOwnedBy(live, ownership) ? replacedForecast(live, since) : [];
  if (live?.ownership !== undefined && !isOwnedBy(live, ownership)) return [];
  return objectForecast({ ref, declaration: desired.declaration, live }, since);
}

/** A key that was set aside, until its hand-over is proven: its versions may end before. */
function replacedForecast({ ref, declaration, key }: LiveObject, since: Instant): readonly Forecast[] {
  if (declaration.metadata.annotations?.[REPLACED_BY] === undefined) return [];
  return (key?.versions ?? [])
    .filter((version) => isAlive(version, since) && endOf(version) < NEVER)
    .map((version) => ({
      ...{ object: ref, at: endOf(version), what: 'expires', reason: 'PredecessorExpired' },
      message: `Version ${version.generation} is refused from then on. Another key has replaced it.`,
    }));
}

/** An object and its facts, with the declaration that holds for it. */
export interface DatedObject {
  readonly ref: ObjectRef;
  readonly declaration: Declaration;
  /** Undefined while it is not live. */
  readonly live: LiveObject | undefined;
}

/** What lies ahead of one object, in no order. */
export function objectForecast({ ref, declaration, live }: DatedObject, since: Instant): readonly Forecast[] {
  if (declaration.kind === 'ApiKey')
    return keyForecast({ ref, spec: declaration.spec, facts: live?.key }, since);
  if (declaration.kind !== 'Guest') return [];
  const at = expiresAt({ spec: declaration.spec, grantedAt: live?.grantedAt });
  const message = 'The guest loses access permanently.';
  return at > since && at < NEVER
    ? [{ object: ref, at, what: 'lapses', reason: 'GuestExpired', message }]
    : [];
}

/** What lies ahead of one key, in no order. */
export function keyForecast(key: DatedKey, since: Instant): readonly Forecast[] {
  const alive = (key.facts?.versions ?? []).filter((version) => isAlive(version, since));
  const newest = key.facts?.versions.at(-1);
  return [
    ...rotation(key, newest),
    ...expiry(key, newest),
    ...alive.flatMap((version) => ending(key, version)),
    ...deadline(key, newest, alive),
  ].filter(({ at }) => at > since && at < NEVER);
}

/** A stopped key is not rotated, nor one whose newest version is not out yet or ends anyway. */
function rotation({ ref, spec, facts }: DatedKey, newest: VersionFacts | undefined): readonly Forecast[] {
  if (newest?.promotedAt === undefined || newest.revokedAt !== undefined) return [];
  const at = rotationDueAt(ref.name, spec, newest);
  if (facts?.deactivatedAt !== undefined || at >= endOf(newest) || at >= declaredEnd(spec)) return [];
  const message = `Version ${newest.generation} is due for rotation.`;
  return [{ object: ref, at, what: 'rotates', reason: 'RotationDue', message }];
}

/** The key as a whole comes to its end: by its declaration, or because no version follows the last. */
function expiry({ ref, spec }: DatedKey, newest: VersionFacts | undefined): readonly Forecast[] {
  const ends = spec.rotation === undefined && newest?.revokedAt === undefined ? newest?.expiresAt : undefined;
  const at = Math.min(declaredEnd(spec), ends ?? NEVER);
  const message = 'The key expires and declares no rotation, so no new version is issued.';
  return [{ object: ref, at, what: 'lapses', reason: 'Expired', message }];
}

function ending({ ref, facts, spec }: DatedKey, version: VersionFacts): readonly Forecast[] {
  const { generation, revokedAt, expiresAt = NEVER } = version;
  const isNewest = version === facts?.versions.at(-1);
  if (revokedAt !== undefined && revokedAt <= expiresAt) {
    const message = `Version ${generation} is no longer accepted: its revocation takes effect.`;
    return [{ object: ref, at: revokedAt, what: 'ends', reason: 'NoCurrentVersion', message }];
  }
  // Said by `lapse` already.
  if (isNewest && spec.rotation === undefined) return [];
  const reason = isNewest ? 'NoCurrentVersion' : 'PredecessorExpired';
  const message = `Version ${generation} is no longer accepted${isNewest ? ', unless it is rotated before' : ''}.`;
  return [{ object: ref, at: expiresAt, what: 'expires', reason, message }];
}

/** The declared end of a hand-over that was not proven. */
function deadline(
  { ref, spec }: DatedKey,
  newest: VersionFacts | undefined,
  alive: readonly VersionFacts[],
): readonly Forecast[] {
  const { deadlineMs } = rotationPolicy(spec);
  const older = alive.filter((one) => one !== newest && one.revokedAt === undefined);
  if (newest?.promotedAt === undefined || deadlineMs === undefined || older.length === 0) return [];
  const generations = older.map(({ generation }) => generation).join(', ');
  const message = `${older.length === 1 ? `Version ${generations} ends` : `Versions ${generations} end`} without proof of a hand-over, because the declared deadline has passed.`;
  const at = newest.promotedAt + deadlineMs;
  return [{ object: ref, at, what: 'ends', reason: 'DeadlinePassed', message }];
}

const endOf = ({ revokedAt = NEVER, expiresAt = NEVER }: VersionFacts): Instant =>
  Math.min(revokedAt, expiresAt);

const continuation = ({ object, reason, until, message }: Waiting): readonly Forecast[] =>
  until === undefined ? [] : [{ object, at: until, what: 'continues', reason, message }];
