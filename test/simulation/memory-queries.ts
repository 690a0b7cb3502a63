/** The younger queries of the storage port over maps: credentials of people, signing keys, and the review of all keys. */
import type {
  CredentialRow,
  EventFilter,
  EventRow,
  ObjectRow,
  ReviewWindow,
  Transaction,
  VersionRow,
} from '../../src/credential-store/storage-port.js';
import type { Tables } from './memory-storage.js';

export function credentialQueries({ credentials }: Tables): Transaction['credentials'] {
  const byAge = (a: CredentialRow, b: CredentialRow): number =>
    a.created_at - b.created_at || (a.id < b.id ? -1 : 1);
  return {
    byId: async (id) => credentials.get(id),
    of: async (holder, kind) =>
      credentials.where((row) => row.holder_id === holder && row.kind === kind).toSorted(byAge),
    ofKind: async (kind) => credentials.where((row) => row.kind === kind).toSorted(byAge),
    insert: async (row) => credentials.put(row.id, row),
    update: async (row) => {
      const { last_used_at } = credentials.get(row.id) ?? row;
      credentials.put(row.id, { ...row, last_used_at });
    },
    purge: async (before, limit) => {
      const expired = credentials.where(
        ({ expires_at, kind }) => expires_at !== null && expires_at < before && kind !== 'root',
      );
      for (const row of expired.slice(0, limit)) credentials.put(row.id, undefined);
    },
    used: async (id, at) => {
      const row = credentials.get(id);
      if (row && (row.last_used_at ?? 0) < at) credentials.put(id, { ...row, last_used_at: at });
    },
  };
}

export const usageQueries = ({ versions, usage, instances, replays }: Tables): Transaction['accounting'] => ({
  counted: async (id, uses) => {
    const row = versions.get(id);
    if (row) versions.put(id, { ...row, use_count: (row.use_count ?? 0) + uses });
  },
  addUsage: async (row) => {
    const id = `${row.day} ${row.environment} ${row.is_billable}`;
    usage.put(id, { ...row, uses: row.uses + (usage.get(id)?.uses ?? 0) });
  },
  usage: async (from, until) => usage.where(({ day }) => day >= from && day <= until),
  putInstance: async (row, steadyBefore) => {
    const known = instances.get(row.id);
    const isSteady = known !== undefined && known.last_seen_at >= steadyBefore;
    const steady_since = isSteady ? known.steady_since : row.steady_since;
    instances.put(row.id, { ...row, started_at: known?.started_at ?? row.started_at, steady_since });
  },
  instances: async () => instances.where(() => true),
  forgetInstances: async (before) => {
    for (const row of instances.where(({ last_seen_at }) => last_seen_at < before))
      instances.put(row.id, undefined);
  },
  replays: async () => replays.where(() => true),
  replay: async (caller, key) => replays.get(`${caller} ${key}`),
  putReplay: async (row) => replays.put(`${row.caller} ${row.key}`, row),
  forgetReplays: async (before) => {
    for (const row of replays.where(({ created_at }) => created_at < before))
      replays.put(`${row.caller} ${row.key}`, undefined);
  },
});

export const attributeQueries = ({ belongings }: Tables): Transaction['belongings'] => ({
  byId: async (id) => belongings.get(id),
  of: async (objectIds, kind) =>
    belongings
      .where((row) => row.kind === kind && objectIds.includes(row.object_id))
      .toSorted((a, b) => (a.object_id + a.name < b.object_id + b.name ? -1 : 1)),
  put: async (row) => belongings.put(row.id, row),
  remove: async (id) => belongings.put(id, undefined),
});

export const secretQueries = ({ secrets }: Tables): Transaction['secrets'] => ({
  byId: async (id) => secrets.get(id),
  of: async (environmentIds) =>
    secrets
      .where((row) => environmentIds.includes(row.environment_id))
      .toSorted((a, b) => (a.environment_id + a.name < b.environment_id + b.name ? -1 : 1)),
  page: async (after, limit) =>
    secrets
      .where(({ id }) => id > after)
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, limit),
  put: async (row) => secrets.put(row.id, row),
  remove: async (id) => secrets.put(id, undefined),
  removeIn: async (objectId) => {
    for (const row of secrets.where((one) => [one.environment_id, one.space_id].includes(objectId)))
      secrets.put(row.id, undefined);
  },
});

export const eventQueries = ({ events }: Tables): Transaction['events'] => {
  const wanted = (filter: EventFilter) => {
    const isOf = (own: unknown, asked: unknown): boolean => asked === undefined || asked === own;
    const isIn = (row: EventRow): boolean =>
      filter.places === undefined ||
      filter.places.some(
        ({ spaceId, workbookIds }) =>
          row.space_id === spaceId && (workbookIds?.includes(row.workbook_id ?? '') ?? true),
      );
    return events
      .where(
        (row) =>
          (filter.acknowledged === 'included' || row.acknowledged_at === null) &&
          isOf(row.environment_id, filter.environmentId) &&
          isOf(row.space_id, filter.spaceId) &&
          isOf(row.domain, filter.domain) &&
          isOf(row.topic, filter.topic) &&
          row.at >= (filter.since ?? row.at) &&
          isIn(row),
      )
      .toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  };
  return {
    byId: async (id) => events.get(id),
    page: async (filter, { limit, offset }) => wanted(filter).slice(offset, offset + limit),
    count: async (filter, most) => wanted(filter).slice(0, most).length,
    insert: async (row) => events.put(row.id, row),
    after: async (after, limit) =>
      events
        .where(({ id }) => id > after)
        .toSorted((a, b) => (a.id < b.id ? -1 : 1))
        .slice(0, limit),
    acknowledge: async (row) => {
      const found = events.get(row.id);
      if (found) events.put(row.id, { ...found, ...row });
    },
    forgetSaid: async (environmentId, most) => {
      const said = wanted({ environmentId, acknowledged: 'included' }).filter(({ seq }) => seq === null);
      for (const { id } of said.slice(0, Math.max(0, said.length - most))) events.put(id, undefined);
    },
  };
};

export const outboxQueries = ({ outbox }: Tables): Transaction['outbox'] => {
  const sorted = () => outbox.all().toSorted((a, b) => a.due_at - b.due_at || (a.id < b.id ? -1 : 1));
  return {
    put: async (row) => outbox.put(row.id, row),
    due: async (at, limit) =>
      sorted()
        .filter((row) => row.due_at <= at)
        .slice(0, limit),
    page: async (after, limit) =>
      outbox
        .where(({ id }) => id > after)
        .toSorted((a, b) => (a.id < b.id ? -1 : 1))
        .slice(0, limit),
    nextDueAt: async () => sorted()[0]?.due_at,
    postpone: async (row, attemptsBefore) => {
      const found = outbox.get(row.id);
      if (found?.attempts === attemptsBefore) outbox.put(row.id, { ...found, ...row });
    },
    remove: async ({ id, attempts }) => {
      if (outbox.get(id)?.attempts === attempts) outbox.put(id, undefined);
    },
    count: async () => outbox.all().length,
  };
};

export const signingKeyQueries = ({ signingKeys }: Tables): Transaction['signingKeys'] => ({
  all: async () =>
    signingKeys.all().toSorted((a, b) => a.created_at - b.created_at || (a.id < b.id ? -1 : 1)),
  put: async (row) => signingKeys.put(row.id, row),
});

export function reviewQueries({ objects, versions }: Tables): Transaction['review'] {
  const keys = (): readonly ObjectRow[] =>
    objects
      .where((row) => row.kind === 'ApiKey' && row.removed_at === null)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const of = ({ id }: ObjectRow): readonly VersionRow[] =>
    versions.where((row) => row.object_id === id).toSorted((a, b) => a.generation - b.generation);
  const handedOut = (key: ObjectRow, { now }: ReviewWindow): readonly VersionRow[] =>
    of(key).filter(
      (row) =>
        row.recipient === null &&
        (row.revoked_at === null || row.revoked_at > now) &&
        (row.expires_at === null || row.expires_at > now),
    );
  return {
    personal: async () => keys().filter((row) => row.owner_id !== null),
    idle: async (window) =>
      keys().flatMap((key) => {
        const accepted = handedOut(key, window);
        const issued_at = Math.min(...accepted.map((row) => row.issued_at));
        const used = accepted.flatMap((row) => row.last_used_at ?? []);
        const last_used_at = used.length === 0 ? null : Math.max(...used);
        const isIdle = issued_at < window.before && (last_used_at ?? 0) < window.before;
        if (key.origin === 'system' || accepted.length === 0 || !isIdle) return [];
        return [{ kind: key.kind, name: key.name, issued_at, last_used_at }];
      }),
    old: async (window) =>
      keys().flatMap((key) =>
        handedOut(key, window)
          .filter(({ issued_at }) => issued_at < window.before)
          .map(({ issued_at, generation }) => ({ kind: key.kind, name: key.name, issued_at, generation })),
      ),
    expiring: async ({ now, before }) =>
      keys().flatMap((key) => {
        const { issued_at, expires_at } = of(key).at(-1) ?? { issued_at: 0, expires_at: null };
        const isExpiring = expires_at !== null && expires_at > now && expires_at <= before;
        return isExpiring ? [{ ...key, issued_at, expires_at }] : [];
      }),
  };
}
