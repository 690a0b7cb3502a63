/** JSON leaves out what is undefined; the port says that it is undefined. */

import type { Review } from '../domain/hygiene.js';
import type { LiveDependent, LiveObject, LiveSummary, VersionFacts } from '../domain/live.js';
import type { Verification } from '../ports/live-store.js';

export const summary = (sent: LiveSummary): LiveSummary => ({ ...sent, ownership: sent.ownership });

export function liveObject(sent: LiveObject): LiveObject {
  const { key } = sent;
  return {
    ...sent,
    ownership: sent.ownership,
    key: key && {
      ...key,
      deactivatedAt: key.deactivatedAt,
      rotationRequestedAt: key.rotationRequestedAt,
      acknowledgedGeneration: key.acknowledgedGeneration,
      versions: key.versions.map(version),
    },
  };
}

const version = (sent: VersionFacts): VersionFacts => ({
  ...sent,
  promotedAt: sent.promotedAt,
  retiringAt: sent.retiringAt,
  suspendedUntil: sent.suspendedUntil,
  revokedAt: sent.revokedAt,
  expiresAt: sent.expiresAt,
  lastUsedAt: sent.lastUsedAt,
  envelope: sent.envelope,
});

export const dependent = (sent: LiveDependent): LiveDependent => ({ ...sent, endsAt: sent.endsAt });

const used = <T extends { readonly lastUsedAt: number | undefined }>(sent: T): T => ({
  ...sent,
  lastUsedAt: sent.lastUsedAt,
});

export const review = (sent: Review): Review => ({
  ...sent,
  personal: sent.personal.map(used),
  idle: sent.idle.map(used),
});

export const verification = (sent: Verification): Verification =>
  sent.key === undefined ? sent : { ...sent, key: { ...sent.key, expiresAt: sent.key.expiresAt } };
