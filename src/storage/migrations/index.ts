/** The migrations by name, oldest first. A released one never changes. */
import type { Migration } from 'kysely';
import { initial } from './0001-initial.js';
import { people } from './0002-people.js';
import { deliveriesBesideObjects } from './0003-deliveries.js';
import { credentials } from './0004-credentials.js';
import { accounting } from './0005-usage.js';
import { belongings } from './0007-attributes.js';
import { secrets } from './0008-secrets.js';
import { applied } from './0009-applied.js';
import { confinedSessions } from './0010-confined-sessions.js';
import { outbox } from './0011-outbox.js';
import { events } from './0012-events.js';
import { effects } from './0013-effects.js';
import { revokedAtOnce } from './0020-revoked-at-once.js';
import { instancesUses } from './0021-instances-uses.js';
import { leaseHolders } from './0022-lease-holders.js';
import { signedRows } from './0023-signed-rows.js';
import { credentialEnds } from './0030-credential-ends.js';

export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-first-light': initial,
  '0002-people': people,
  '0003-deliveries': deliveriesBesideObjects,
  '0004-credentials': credentials,
  '0005-accounting': accounting,
  '0007-belongings': belongings,
  '0008-secrets': secrets,
  '0009-applied': applied,
  '0010-confined-sessions': confinedSessions,
  '0011-outbox': outbox,
  '0012-events': events,
  '0013-effects': effects,
  '0020-revoked-at-once': revokedAtOnce,
  '0021-instances-uses': instancesUses,
  '0022-lease-holders': leaseHolders,
  '0023-signed-rows': signedRows,
  '0030-credential-ends': credentialEnds,
};

export const NEWEST_MIGRATION = '0030-credential-ends';
