/** Looks over all live keys by a few questions to the database. Nothing is granted by it, so no MAC is checked. */

import {
  expiryNoticeMs,
  LONGEST_EXPIRY_NOTICE_MS,
  type PersonalKey,
  type Review,
  type ReviewLimits,
} from '../domain/hygiene.js';
import type { SinkId } from '../domain/kinds/index.js';
import { isAlive } from '../domain/lifecycle.js';
import { ok, type Result } from '../domain/result.js';
import type { Instant } from '../domain/time.js';
import { declarationOf, ownerStatusOf, refOfRow, summaryOf, versionFactsOf } from './rows.js';
import type { ConsumerRow, ExpiringRow, ObjectRow, Transaction, VersionRow } from './storage-port.js';

/** Each list by key; `now` is the store's. */
export async function review(
  tx: Transaction,
  { staleAfterMs, maxAgeMs }: ReviewLimits,
  now: Instant,
): Promise<Result<Review>> {
  const idle = await tx.review.idle({ now, before: now - staleAfterMs });
  const old = await tx.review.old({ now, before: now - maxAgeMs });
  const expiring = await tx.review.expiring({ now, before: now + LONGEST_EXPIRY_NOTICE_MS });
  return ok({
    now,
    personal: await personalKeys(tx, now),
    idle: idle.map((row) => ({
      key: refOfRow(row),
      since: row.issued_at,
      lastUsedAt: row.last_used_at ?? undefined,
    })),
    old: old.map((row) => ({ key: refOfRow(row), generation: row.generation, issuedAt: row.issued_at })),
    expiring: expiring
      .filter((row) => isAboutToEnd(row, now))
      .map((row) => ({ key: refOfRow(row), expiresAt: row.expires_at })),
  });
}

function isAboutToEnd(row: ExpiringRow, now: Instant): boolean {
  const declaration = declarationOf(row);
  const isFollowed = declaration.kind === 'ApiKey' && declaration.spec.rotation !== undefined;
  return !isFollowed && row.expires_at - expiryNoticeMs(row.issued_at, row.expires_at) <= now;
}

async function personalKeys(tx: Transaction, now: Instant): Promise<readonly PersonalKey[]> {
  const rows = await tx.review.personal();
  const people = await tx.objects.byIds([...new Set(rows.flatMap(({ owner_id }) => owner_id ?? []))]);
  const versions = await tx.versions.ofMany(rows.map(({ id }) => id));
  const alive = versions.filter((version) => isAlive(versionFactsOf(version), now));
  const seen = await tx.versions.consumers(alive.map(({ token_id }) => token_id));
  const byId = new Map(people.map((person) => [person.id, person]));
  return rows.map((row) =>
    personalKey(row, byId.get(row.owner_id ?? ''), {
      versions: alive.filter(({ object_id }) => object_id === row.id),
      seen,
    }),
  );
}

function personalKey(
  row: ObjectRow,
  person: ObjectRow | undefined,
  { versions, seen }: { readonly versions: readonly VersionRow[]; readonly seen: readonly ConsumerRow[] },
): PersonalKey {
  const ids = new Set(versions.map(({ token_id }) => token_id));
  const used = versions.flatMap(({ last_used_at }) => last_used_at ?? []);
  const consumers = seen.filter(({ token_id }) => ids.has(token_id)).map(({ consumer }) => consumer);
  const { ref, deliveries } = summaryOf(row);
  const sinks: readonly SinkId[] = deliveries.map(({ sink }) => sink);
  return {
    key: ref,
    person: person?.name ?? '',
    standing: ownerStatusOf(person),
    lastUsedAt: used.length === 0 ? undefined : Math.max(...used),
    consumers: [...new Set(consumers)].sort(),
    sinks,
  };
}
