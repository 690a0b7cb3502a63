/** All named queries over one connection. */

import type { BrokenRow } from '../credential-store/storage-port/broken-row.js';
import type { Transaction } from '../credential-store/storage-port.js';
import { type Fault, fault } from '../domain/errors.js';
import { attributeQueries } from './queries/attributes.js';
import { auditQueries, keyringQueries, leaseQueries, metaQueries } from './queries/audit.js';
import { credentialQueries, signingKeyQueries } from './queries/credentials.js';
import { eventQueries } from './queries/events.js';
import { reviewQueries } from './queries/hygiene.js';
import { objectQueries } from './queries/objects.js';
import { outboxQueries } from './queries/outbox.js';
import { secretQueries } from './queries/secrets.js';
import { usageQueries } from './queries/usage.js';
import { versionQueries } from './queries/versions.js';
import type { Session } from './statement.js';

export const transactionOver = (session: Session): Transaction => ({
  objects: objectQueries(session),
  versions: versionQueries(session),
  credentials: credentialQueries(session),
  signingKeys: signingKeyQueries(session),
  belongings: attributeQueries(session),
  events: eventQueries(session),
  secrets: secretQueries(session),
  outbox: outboxQueries(session),
  accounting: usageQueries(session),
  review: reviewQueries(session),
  audit: auditQueries(session),
  leases: leaseQueries(session),
  keyring: keyringQueries(session),
  meta: metaQueries(session),
});

/** What a caller gets for a row that cannot be read. */
export const brokenRow = ({ what }: BrokenRow): Fault =>
  fault(
    'store_tampered',
    `the row of ${what} is invalid: the database is damaged or was changed outside Keywright; restore a backup`,
  );
