/**
 * Why a key needs a version rolled out: a chain of checks over its versions and sinks, each named for
 * the failure it finds. The first violated one wins; none violated means that the newest version is
 * current, everywhere it belongs, and young enough.
 */
import { sinkIdOf } from '../domain/kinds/index.js';
import { declaredEnd, exceedsDeclaredExpiry, rotationDueAt } from '../domain/lifecycle.js';
import { CLAIM_RECIPIENT, type VersionFacts } from '../domain/live.js';
import { ableSinks, cannotCompare, isOtherRevision } from './abilities.js';
import { holds, isOpen, type Key, receiptAt } from './key.js';
import type { StepReason } from './reasons.js';

type KeyCheck = (key: Key, newest: VersionFacts) => boolean;

/** In order. Those behind the first three may take for granted that the newest version is current. */
const KEY_CHECKS: readonly (readonly [StepReason, KeyCheck])[] = [
  ['NoCurrentVersion', hasEnded],
  ['EnvelopeLost', isEnvelopeLost],
  ['Undelivered', isUndelivered],
  ['ConnectionChanged', isConnectionChanged],
  ['SinkMissing', isSinkMissing],
  ['SinkWentBack', hasSinkGoneBack],
  ['SinkChanged', isSinkChanged],
  ['SinkDiffers', isSinkDifferent],
  ['RotationRequested', isRotationRequested],
  ['ExpiryExceedsDeclaration', isExpiryExceeding],
  ['RotationDue', isRotationDue],
];

/** Undefined when no version has to be rolled out. */
export function rolloutReason(key: Key): StepReason | undefined {
  const { newest } = key;
  if (newest === undefined) return 'NoCurrentVersion';
  return KEY_CHECKS.find(([, isViolated]) => isViolated(key, newest))?.[0];
}

/** A key declares its end, or its last version came to one and nothing says that another follows. */
export function hasExpired({ spec, newest, now }: Key): boolean {
  if (declaredEnd(spec) <= now) return true;
  if (newest?.expiresAt === undefined || spec.rotation !== undefined) return false;
  const wasRevokedBefore = newest.revokedAt !== undefined && newest.revokedAt < newest.expiresAt;
  return newest.expiresAt <= now && !wasRevokedBefore;
}

/** A revocation that lies ahead counts: a key revoked manually gets a successor while both still work. */
function hasEnded({ now }: Key, newest: VersionFacts): boolean {
  return !isOpen(newest) || (newest.expiresAt !== undefined && newest.expiresAt <= now);
}

/** Without sinks the envelope is sealed for a claim; once claimed it is gone, and that is as it should be. */
function isEnvelopeLost({ sinks, input }: Key, { promotedAt, envelope }: VersionFacts): boolean {
  if (promotedAt !== undefined) return false;
  if (sinks.length === 0) return envelope !== undefined && envelope.recipient !== CLAIM_RECIPIENT;
  return envelope?.recipient !== input.recipient;
}

function isUndelivered(_: Key, { promotedAt }: VersionFacts): boolean {
  return promotedAt === undefined;
}

function isConnectionChanged(key: Key, newest: VersionFacts): boolean {
  return key.sinks.some((sink) => {
    const receipt = receiptAt(key, sink);
    return 'formerly' in receipt && receipt.formerly !== undefined && !holds(key, sink, newest);
  });
}

/** It was delivered the newest one, and a write that began earlier landed since. */
function hasSinkGoneBack(key: Key, newest: VersionFacts): boolean {
  const older = new Set(key.versions.filter((one) => one !== newest).map((one) => one.fingerprint));
  return ableSinks(key).some((one) => {
    const receipt = key.receipts.get(one.id);
    const isDelivered = key.deliveries.some(
      ({ sink, fingerprint }) => sink === one.id && fingerprint === newest.fingerprint,
    );
    return cannotCompare(one) && isDelivered && receipt?.kind === 'holds' && older.has(receipt.fingerprint);
  });
}

/** Of what it holds only the revision is known, and it was delivered to. */
function isSinkChanged(key: Key): boolean {
  return key.deliveries.some(({ sink }) => {
    const isDeclared = key.sinks.some((one) => sinkIdOf(one) === sink);
    return isDeclared && isOtherRevision(key.receipts.get(sink));
  });
}

function isSinkMissing(key: Key): boolean {
  return key.sinks.some((sink) => receiptAt(key, sink).kind === 'missing');
}

function isSinkDifferent(key: Key, newest: VersionFacts): boolean {
  return key.sinks.some((sink) => receiptAt(key, sink).kind === 'holds' && !holds(key, sink, newest));
}

function isRotationRequested({ facts }: Key, newest: VersionFacts): boolean {
  return facts?.rotationRequestedAt !== undefined && facts.rotationRequestedAt > newest.issuedAt;
}

function isExpiryExceeding({ spec }: Key, newest: VersionFacts): boolean {
  return exceedsDeclaredExpiry(spec, newest);
}

function isRotationDue({ ref, spec, now }: Key, newest: VersionFacts): boolean {
  return rotationDueAt(ref.name, spec, newest) <= now;
}
