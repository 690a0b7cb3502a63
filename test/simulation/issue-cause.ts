/** No churn: a next version is issued for a cause, and here are all causes, derived from what is true. */

import { declarationOf, summaryOf, versionFactsOf } from '../../src/credential-store/rows.js';
import type { ObjectRow, VersionRow } from '../../src/credential-store/storage-port.js';
import { type SinkId, sinkIdOf } from '../../src/domain/kinds/index.js';
import { exceedsDeclaredExpiry, rotationDueAt } from '../../src/domain/lifecycle.js';
import { type Instant, MINUTE_MS, SECOND_MS } from '../../src/domain/time.js';
import type { KeyDeclaration } from './documents.js';
import type { Tables } from './memory-storage.js';

/** Clocks differ by so much at most, and a plan may be that old when it is carried out. */
const TOLERANCE_MS = 10 * SECOND_MS;
export const PLAN_AGE_MAX_MS = 25 * MINUTE_MS;

export interface IssueWorld {
  readonly tables: Tables;
  readonly now: Instant;
  /** As the documents declare it, now or a little earlier. */
  readonly declared: readonly KeyDeclaration[];
  /** When the place was last touched manually, or the documents moved it. */
  readonly touchedAt: (sink: SinkId) => Instant | undefined;
  readonly contentAt: (sink: SinkId) => string | undefined;
  /** What the sink shows, where that is a revision. */
  readonly revisionAt: (sink: SinkId) => string | undefined;
}

export function hasCause(issued: VersionRow, world: IssueWorld): boolean {
  const { tables, now } = world;
  const object = tables.objects.get(issued.object_id);
  const newest = tables.versions
    .where((row) => row.object_id === issued.object_id && row.generation === issued.generation - 1)
    .at(0);
  if (object === undefined || newest === undefined || newest.promoted_at === null) return true;
  if (newest.revoked_at !== null || (newest.expires_at ?? Infinity) <= now + TOLERANCE_MS) return true;
  if ((object.rotation_requested_at ?? 0) > newest.issued_at) return true;
  const live = declarationOf(object);
  const specs = [live, ...world.declared].flatMap((one) => (one.kind === 'ApiKey' ? [one.spec] : []));
  const facts = versionFactsOf(newest);
  return specs.some(
    (spec) =>
      exceedsDeclaredExpiry(spec, facts) ||
      rotationDueAt(object.name, spec, facts) <= now + TOLERANCE_MS ||
      (spec.deliver ?? []).some(
        (sink) => isLacking(sinkIdOf(sink), newest, world) || isOtherRevision(sinkIdOf(sink), object, world),
      ),
  );
}

/** It does not hold the version, or did not a little earlier. */
function isLacking(sink: SinkId, { token_id }: VersionRow, world: IssueWorld): boolean {
  const touched = world.touchedAt(sink) ?? Number.NEGATIVE_INFINITY;
  return world.contentAt(sink)?.includes(token_id) !== true || world.now - touched < PLAN_AGE_MAX_MS;
}

/** Only a revision is shown there, and it is not the one that was recorded. */
function isOtherRevision(sink: SinkId, object: ObjectRow, { revisionAt }: IssueWorld): boolean {
  const recorded = summaryOf(object).deliveries.find((one) => one.sink === sink)?.revision;
  const shown = revisionAt(sink);
  return shown !== undefined && recorded !== shown;
}
