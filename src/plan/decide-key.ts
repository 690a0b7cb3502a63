/**
 * What to do about the versions of a declared key. Reads from the top: an emergency stop stands above
 * everything; then what has expired; then a rollout if anything calls for one; then the older versions.
 */
import { sinkIdOf } from '../domain/kinds/index.js';
import {
  ACCEPTED_VERSIONS_MAX,
  ALIVE_VERSIONS_MAX,
  declaredEnd,
  extendedEnd,
  isAccepted,
  isAlive,
  latestEnd,
  stateOf,
  waitsForClaim,
} from '../domain/lifecycle.js';
import type { VersionFacts } from '../domain/live.js';
import { refText } from '../domain/objects.js';
import { formatInstant, type Instant, NEVER } from '../domain/time.js';
import { type Decision, finding, NOTHING, toDo, together, waitFor } from './decision.js';
import { handOverPredecessors, timedInProduction } from './handover.js';
import { holds, isOpen, type Key, receiptAt } from './key.js';
import { hasExpired, rolloutReason } from './key-checks.js';
import type { StepId } from './plan.js';
import type { StepReason } from './reasons.js';
import { connectionsChanged, otherRevisionText, sinkWarnings } from './sink-findings.js';
import { revoke, rollOut, stepOf } from './steps.js';

export function decideKey(key: Key): Decision {
  if (key.facts?.deactivatedAt !== undefined) return deactivated(key);
  const closing = predecessorsExpired(key);
  if (hasExpired(key)) return together([closing, expired(key)]);
  const extended = extension(key);
  return together([closing, extended.decision, decideVersions(extended.key)]);
}

/** What is due once the newest version lives as long as it may. */
function decideVersions(key: Key): Decision {
  const unknown = sinksUnknown(key);
  if (unknown) return unknown;
  const due = dueHere(key);
  return due.steps.length > 0 ? atHand(key, due) : due;
}

/** A later end that is declared comes before anything that the earlier one would call for. */
function extension(key: Key): { readonly decision: Decision; readonly key: Key } {
  const { ref, spec, newest, versions, now, after } = key;
  const end = newest && extendedEnd(spec, newest, now);
  if (newest === undefined || end === undefined) return { decision: NOTHING, key };
  const isOver = end < NEVER;
  const detail = { generation: newest.generation, expiresAt: isOver ? formatInstant(end) : null };
  const step = stepOf(ref, { action: 'extend', detail }, { reason: 'ExpiryExtended', dependsOn: after });
  const longer = { ...newest, expiresAt: isOver ? end : undefined };
  return {
    decision: toDo([step]),
    key: { ...key, newest: longer, versions: [...versions.slice(0, -1), longer] },
  };
}

function dueHere(key: Key): Decision {
  const reason = rolloutReason(key);
  const rollout = reason === undefined ? NOTHING : startRollout(key, reason);
  if (rollout.steps.length > 0) return rollout;
  return together([rollout, unclaimed(key), afterRollout(key)]);
}

/** A version can be neither delivered to a sink that is elsewhere, nor one revoked that is perhaps still there. */
function atHand(key: Key, due: Decision): Decision {
  for (const sink of key.sinks) {
    const receipt = receiptAt(key, sink);
    if (receipt.kind !== 'elsewhere') continue;
    const reason = due.steps[0]?.reason;
    const message = `${sinkIdOf(sink)} was delivered on ${receipt.where}, and has to be written or read (${reason}). Apply there, or use keywright apply --redeliver-here.`;
    return waitFor(key.ref, 'SinkElsewhere', { message });
  }
  return due;
}

const deactivated = ({ ref }: Key): Decision =>
  finding('warn', 'DeactivatedManually')(
    ref,
    'was deactivated manually (emergency stop); no version of it is issued, delivered or revoked. Activate the key to resume.',
  );

function predecessorsExpired({ ref, versions, now, after }: Key): Decision {
  const expired = versions.slice(0, -1).filter((one) => isOpen(one) && stateOf(one, now) === 'expired');
  if (expired.length === 0) return NOTHING;
  const generations = expired.map((version) => version.generation);
  return toDo([revoke(ref, generations, { reason: 'PredecessorExpired', dependsOn: after })]);
}

const expired = (key: Key): Decision =>
  together([
    endOverdue(key),
    finding('warn', 'KeyExpired')(key.ref, `has expired for good. ${wayOn(key)}`),
    waitFor(key.ref, 'Expired', {
      message: 'It has expired and declares no rotation, so no new version is issued.',
    }),
  ]);

/** What a next plan would start from. */
function wayOn({ spec, now }: Key): string {
  const later = declaredEnd(spec) <= now ? 'set a later `expiresAt` and ' : '';
  const first = `${later}declare \`rotation\``;
  return `${first.slice(0, 1).toUpperCase()}${first.slice(1)} for a next version, or remove the document.`;
}

/** Issued when the declaration allowed more, so that they do not end by themselves when it says so now. */
function endOverdue({ ref, spec, versions, now, after }: Key): Decision {
  const overdue = versions.filter((one) => isAlive(one, now) && latestEnd(spec, one) <= now);
  if (overdue.length === 0) return NOTHING;
  const generations = overdue.map((version) => version.generation);
  return toDo([revoke(ref, generations, { reason: 'DeclaredEndPassed', dependsOn: after })]);
}

/** Neither delivered nor missing: every step that needs the sink has to wait. */
function sinksUnknown(key: Key): Decision | undefined {
  for (const sink of key.sinks) {
    const receipt = receiptAt(key, sink);
    if (receipt.kind === 'unknown') {
      return waitFor(key.ref, 'SinkUnknown', { message: `${sinkIdOf(sink)}: ${receipt.why}` });
    }
  }
  return undefined;
}

function startRollout(key: Key, reason: StepReason): Decision {
  const { ref, newest, sinks, receipts, after } = key;
  const isResumed = reason === 'Undelivered';
  if (isResumed && newest && sinks.length === 0) {
    const detail = { generation: newest.generation, sinks: [] };
    return toDo([stepOf(ref, { action: 'promote', detail }, { reason, dependsOn: after })]);
  }
  const held = isResumed ? undefined : cannotIssue(key, reason);
  if (held) return held;
  const steps = rollOut({
    object: ref,
    generation: (newest?.generation ?? 0) + (isResumed ? 0 : 1),
    reason,
    sinks,
    receipts,
    fingerprint: isResumed ? newest?.fingerprint : undefined,
    dependsOn: [...after, ...sinksReleased(key)],
  });
  const isHandover = newest !== undefined && (key.predecessors.length > 0 || isOpen(newest));
  return together([
    toDo(steps),
    sinksTakenOver(key),
    reason === 'ConnectionChanged' ? connectionsChanged(key) : NOTHING,
    sinkWarnings(key),
    isHandover ? timedInProduction(key) : NOTHING,
  ]);
}

/** The newest version is nowhere to be had any more, so that whatever follows replaces it. */
const REPLACING: ReadonlySet<StepReason> = new Set([
  'EnvelopeLost',
  'ConnectionChanged',
  'SinkMissing',
  'SinkWentBack',
  'SinkChanged',
  'SinkDiffers',
]);

function cannotIssue({ ref, versions, now }: Key, reason: StepReason): Decision | undefined {
  const accepted = versions.filter((version) => isAccepted(version, now));
  const max = REPLACING.has(reason) ? ALIVE_VERSIONS_MAX : ACCEPTED_VERSIONS_MAX;
  if (accepted.length < max) return undefined;
  return waitFor(ref, 'TooManyVersions', {
    until: firstEnd(accepted),
    message: `Versions ${accepted.map((one) => one.generation).join(', ')} are all accepted. The next is issued once one of them is handed over or revoked.`,
  });
}

function firstEnd(versions: readonly VersionFacts[]): Instant | undefined {
  const ends = versions.map((one) => Math.min(one.revokedAt ?? NEVER, one.expiresAt ?? NEVER));
  const first = Math.min(...ends);
  return first === NEVER ? undefined : first;
}

/** If a key keeps its sink after all, because a guard refuses the step, nothing is written over it. */
const sinksReleased = ({ foreignTokens: strangers }: Key): readonly StepId[] => [
  ...new Set(strangers.flatMap((stranger) => (stranger.standing === 'leaving' ? [stranger.by] : []))),
];

/** The declaration wins over what stands at a declared sink, but not in silence. */
function sinksTakenOver(key: Key): Decision {
  return together(
    key.foreignTokens.map((stranger) => {
      if (stranger.standing !== 'ownerless') return NOTHING;
      const what = stranger.owner
        ? `a token of ${refText(stranger.owner)}, which was removed`
        : (otherRevisionText(key, stranger.sink) ?? 'which is not a version of this key');
      return finding('warn', 'SinkTakenOver')(
        key.ref,
        `replaces the current value of ${stranger.sink}, ${what}.`,
      );
    }),
  );
}

function unclaimed({ ref, newest }: Key): Decision {
  if (newest === undefined || newest.promotedAt === undefined || !waitsForClaim(newest)) return NOTHING;
  return waitFor(ref, 'Unclaimed', { message: `The secret can be shown once: keywright claim ${ref.name}.` });
}

/** Older versions end only while every sink is known to hold the newest one. */
function afterRollout(key: Key): Decision {
  const { newest, sinks, predecessors } = key;
  if (newest?.promotedAt === undefined || !isOpen(newest) || predecessors.length === 0) return NOTHING;
  // No consumer can have the newest one yet, so whatever the clock says, the older ones are all there is.
  if (waitsForClaim(newest)) return NOTHING;
  if (!sinks.every((sink) => holds(key, sink, newest))) return NOTHING;
  return together([timedInProduction(key), sinkWarnings(key), handOverPredecessors(key)]);
}
