/**
 * The credential store's storage port over maps: what the simulation runs on, because a thousand runs must cost
 * minutes. That it keeps the promises of a live store is held by the contract suite (memory-storage.test.ts).
 */
import type {
  AttributeRow,
  AuditRow,
  ConsumerRow,
  CredentialRow,
  EventRow,
  InstanceRow,
  KeyringRow,
  LeaseRow,
  MessageRow,
  ObjectRow,
  ReferenceRow,
  ReplayRow,
  SecretRow,
  SigningKeyRow,
  Storage,
  Transaction,
  UsageRow,
  VersionRow,
} from '../../src/credential-store/storage-port.js';
import type { Result } from '../../src/domain/result.js';
import type { DurationMs } from '../../src/domain/time.js';
import {
  attributeQueries,
  credentialQueries,
  eventQueries,
  outboxQueries,
  reviewQueries,
  secretQueries,
  signingKeyQueries,
  usageQueries,
} from './memory-queries.js';
import { Journal, type RowChange, Table } from './tables.js';

export interface MemoryStorage extends Storage {
  readonly tables: Tables;
  /** Everything as it is now, to be put back later. */
  backup(): () => void;
}

export interface MemoryStorageOptions {
  readonly lateMs: DurationMs;
  /** Called after each transaction that wrote something, with what it wrote. */
  readonly onCommit?: (changes: readonly RowChange[]) => void;
}

const tablesOver = (journal: Journal) => ({
  objects: new Table<ObjectRow>('objects', journal),
  references: new Table<ReferenceRow>('references', journal),
  versions: new Table<VersionRow>('versions', journal),
  consumers: new Table<ConsumerRow>('consumers', journal),
  audit: new Table<AuditRow>('audit', journal),
  leases: new Table<LeaseRow>('leases', journal),
  keyring: new Table<KeyringRow>('keyring', journal),
  credentials: new Table<CredentialRow>('credentials', journal),
  signingKeys: new Table<SigningKeyRow>('signing-keys', journal),
  belongings: new Table<AttributeRow>('belongings', journal),
  events: new Table<EventRow>('events', journal),
  secrets: new Table<SecretRow>('secrets', journal),
  outbox: new Table<MessageRow>('outbox', journal),
  usage: new Table<UsageRow>('usage', journal),
  instances: new Table<InstanceRow>('instances', journal),
  replays: new Table<ReplayRow>('replays', journal),
  meta: new Table<{ readonly name: string; readonly value: string }>('meta', journal),
});

export type Tables = ReturnType<typeof tablesOver>;

export function memoryStorage({ lateMs, onCommit }: MemoryStorageOptions): MemoryStorage {
  const journal = new Journal();
  const tables = tablesOver(journal);
  const tx = transactionOver(tables);
  const listeners = new Set<() => void>();
  let last: Promise<unknown> = Promise.resolve();

  async function attempt<T>(work: (tx: Transaction) => Promise<Result<T>>): Promise<Result<T>> {
    try {
      const result = await work(tx);
      if (result.ok) {
        const changes = journal.commit();
        if (changes.length > 0) onCommit?.(changes);
        if (changes.some(({ table }) => table === 'audit')) for (const listener of listeners) listener();
      } else journal.rollback();
      return result;
    } catch (error) {
      journal.rollback();
      throw error;
    }
  }

  // One after another: writers take turns, and a reader sees no half of a transaction.
  const inTurn: Storage['write'] = (work) => {
    const done = last.then(() => attempt(work));
    last = done.catch(() => undefined);
    return done;
  };

  return {
    tables,
    read: inTurn,
    write: inTurn,
    lateMs,
    backup: () => {
      const restores = Object.values(tables).map((table) => table.backup());
      return () => {
        for (const restore of restores) restore();
      };
    },
    watch: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {},
  };
}

const transactionOver = (tables: Tables): Transaction => ({
  objects: objectQueries(tables),
  versions: versionQueries(tables),
  audit: auditQueries(tables),
  credentials: credentialQueries(tables),
  signingKeys: signingKeyQueries(tables),
  belongings: attributeQueries(tables),
  events: eventQueries(tables),
  secrets: secretQueries(tables),
  outbox: outboxQueries(tables),
  accounting: usageQueries(tables),
  review: reviewQueries(tables),
  leases: {
    get: async (name) => tables.leases.get(name),
    put: async (row) => tables.leases.put(row.name, row),
  },
  keyring: {
    all: async () => tables.keyring.all(),
    put: async (row) => tables.keyring.put(row.name, row),
  },
  meta: {
    get: async (name) => tables.meta.get(name)?.value,
    put: async (row) => tables.meta.put(row.name, row),
  },
});

function objectQueries({ objects, references }: Tables): Transaction['objects'] {
  const isLive = (row: ObjectRow): boolean => row.removed_at === null;
  const refer = (rows: readonly ReferenceRow[]): void => {
    for (const row of rows) references.put(`${row.object_id} ${row.kind} ${row.name}`, row);
  };
  return {
    byId: async (id) => objects.get(id),
    byIds: async (ids) => ids.flatMap((id) => objects.get(id) ?? []),
    find: async (kind, name) =>
      objects.where((row) => row.name === name && row.kind === kind && isLive(row))[0],
    findAlias: async (kind, alias) =>
      objects.where((row) => row.alias === alias && row.kind === kind && isLive(row))[0],
    countOwned: async (project) => objects.where((row) => row.project === project && isLive(row)).length,
    ownedBy: async (id) => objects.where((row) => row.owner_id === id),
    ofKind: async (kind) =>
      objects.where((row) => row.kind === kind && isLive(row)).toSorted((a, b) => compare(a.name, b.name)),
    page: async (kind, after, limit) =>
      objects
        .where((row) => row.kind === kind && row.name > after && isLive(row))
        .toSorted((a, b) => compare(a.name, b.name))
        .slice(0, limit),
    findMany: async (kind, names) => {
      const wanted = new Set(names);
      return objects.where((row) => row.kind === kind && wanted.has(row.name) && isLive(row));
    },
    tombstones: async (kind, name) =>
      objects
        .where((row) => row.name === name && row.kind === kind && !isLive(row))
        .toSorted((a, b) => b.revision - a.revision),
    survey: async () => objects.where(isLive).map(surveyLine).sort(),
    owners: async () => {
      const owned = objects.where((row) => row.project !== null && (isLive(row) || row.applied !== null));
      const texts = new Set(owned.map(({ project, manager }) => JSON.stringify({ project, manager })));
      return [...texts].sort().map((text) => JSON.parse(text));
    },
    declaredBy: async ({ project, manager }) =>
      objects.where(
        (row) => row.project === project && row.manager === manager && (isLive(row) || row.applied !== null),
      ),
    referring: async (kind, name) =>
      references
        .where((row) => row.name === name && row.kind === kind)
        .flatMap((row) => objects.get(row.object_id) ?? []),
    insert: async (row, named) => {
      objects.put(row.id, row);
      refer(named);
    },
    update: async (row) => objects.put(row.id, row),
    replaceReferences: async (id, named) => {
      for (const row of references.where((one) => one.object_id === id))
        references.put(`${row.object_id} ${row.kind} ${row.name}`, undefined);
      refer(named);
    },
  };
}

function versionQueries({ versions, consumers, objects }: Tables): Transaction['versions'] {
  const byGeneration = (a: VersionRow, b: VersionRow): number => a.generation - b.generation;
  return {
    byTokenId: async (id) => versions.get(id),
    page: async (after, limit) =>
      versions
        .where((row) => row.token_id > after)
        .toSorted((a, b) => compare(a.token_id, b.token_id))
        .slice(0, limit),
    of: async (id) => versions.where((row) => row.object_id === id).toSorted(byGeneration),
    ofMany: async (ids) => {
      const wanted = new Set(ids);
      return versions
        .where((row) => wanted.has(row.object_id))
        .toSorted((a, b) => compare(a.object_id, b.object_id) || byGeneration(a, b));
    },
    owners: async (ids) =>
      ids.flatMap((id) => {
        const object = objects.get(versions.get(id)?.object_id ?? '');
        return object
          ? [{ token_id: id, kind: object.kind, name: object.name, removed_at: object.removed_at }]
          : [];
      }),
    insert: async (row) => versions.put(row.token_id, row),
    // Use has a statement of its own: what was read before it must not take it back.
    update: async (row) => {
      const { last_used_at, use_count } = versions.get(row.token_id) ?? row;
      versions.put(row.token_id, { ...row, last_used_at, use_count });
    },
    used: async (id, at) => {
      const row = versions.get(id);
      if (row && (row.last_used_at ?? 0) < at) versions.put(id, { ...row, last_used_at: at });
    },
    seen: async (row) => consumers.put(`${row.token_id} ${row.consumer}`, row),
    consumers: async (ids) => {
      const wanted = new Set(ids);
      return consumers
        .where((row) => wanted.has(row.token_id))
        .toSorted((a, b) => compare(a.token_id, b.token_id) || compare(a.consumer, b.consumer));
    },
  };
}

function auditQueries({ audit }: Tables): Transaction['audit'] {
  // Entries are appended in order, so a map keeps them sorted.
  const after = (since: number, limit: number, isMeant: (row: AuditRow) => boolean) =>
    audit.where((row) => row.seq > since && isMeant(row)).slice(0, limit);
  return {
    append: async (row) => audit.put(String(row.seq), row),
    page: async (since, limit) => after(since, limit, () => true),
    pageOf: async ({ kind, name }, { since, limit }) =>
      after(since, limit, (row) => row.object_kind === kind && row.object_name === name),
    times: async (seqs) => audit.where(({ seq }) => seqs.includes(seq)),
    lastSeq: async () => audit.all().at(-1)?.seq ?? 0,
  };
}

/** As the engines join it. */
const surveyLine = (row: ObjectRow): string =>
  [
    ...[row.kind, row.name, row.digest, row.revision, row.quiet_until, row.origin, row.deliveries],
    ...[row.project ?? '', row.manager ?? ''],
  ].join('\t');

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
