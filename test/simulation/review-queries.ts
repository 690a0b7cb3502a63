/** What a review of all keys asks, answered over maps: the plain reading of storage/queries/review.ts. */
import type { ObjectRow, ReviewQueries, ReviewWindow, VersionRow } from '../../src/authority/storage-port.js';
import type { Table } from './tables.js';

interface Rows {
  readonly objects: Table<ObjectRow>;
  readonly versions: Table<VersionRow>;
}

export function reviewQueries({ objects, versions }: Rows): ReviewQueries {
  const keys = (): readonly ObjectRow[] =>
    objects
      .where(({ kind, removed_at }) => kind === 'ApiKey' && removed_at === null)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const accepted = ({ id }: ObjectRow, { now }: ReviewWindow): readonly VersionRow[] =>
    versions.where(
      (one) => one.object_id === id && (one.revoked_at ?? now + 1) > now && (one.expires_at ?? now + 1) > now,
    );
  const inHands = (key: ObjectRow, window: ReviewWindow): readonly VersionRow[] =>
    accepted(key, window).filter(({ recipient }) => recipient === null);
  return {
    personal: async () => keys().filter(({ owner_id }) => owner_id !== null),
    idle: async (window) =>
      keys().flatMap((key) => {
        const held = inHands(key, window);
        const issued_at = Math.min(...held.map((one) => one.issued_at));
        const used = Math.max(...held.map((one) => one.last_used_at ?? -1));
        const isIdle = key.origin !== 'system' && issued_at < window.before && used < window.before;
        return isIdle ? [{ ...key, issued_at, last_used_at: used < 0 ? null : used }] : [];
      }),
    old: async (window) =>
      keys().flatMap((key) =>
        inHands(key, window)
          .filter(({ issued_at }) => issued_at < window.before)
          .map(({ issued_at, generation }) => ({ ...key, issued_at, generation })),
      ),
    expiring: async (window) =>
      keys().flatMap((key) => {
        const newest = Math.max(
          ...versions.where((one) => one.object_id === key.id).map((one) => one.generation),
        );
        return accepted(key, window).flatMap(({ generation, issued_at, expires_at }) =>
          generation === newest && expires_at !== null && expires_at <= window.before
            ? [{ ...key, issued_at, expires_at }]
            : [],
        );
      }),
  };
}
