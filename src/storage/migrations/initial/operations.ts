/** How much keys are used, which processes serve and reconcile, which requests were answered; leases, data keys, facts. */
import type { Kysely } from 'kysely';

export async function operations(db: Kysely<unknown>): Promise<void> {
  await usage(db);
  await replays(db);
  await leases(db);
  await db.schema
    .createTable('keyring')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('wrapped', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('meta')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute();
}

async function usage(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('usage')
    .addColumn('day', 'text', (column) => column.notNull())
    .addColumn('environment', 'text', (column) => column.notNull())
    .addColumn('is_billable', 'integer', (column) => column.notNull())
    .addColumn('uses', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('usage_key', ['day', 'environment', 'is_billable'])
    .execute();
  await db.schema
    .createTable('instances')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('version', 'text', (column) => column.notNull())
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('last_seen_at', 'bigint', (column) => column.notNull())
    .addColumn('behind', 'bigint')
    .addColumn('clock_skew_ms', 'bigint')
    .addColumn('uses_until', 'bigint')
    .addColumn('steady_since', 'bigint')
    .execute();
}

async function replays(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('replays')
    .addColumn('caller', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('request', 'text', (column) => column.notNull())
    .addColumn('answer', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('effects', 'text', (column) => column.notNull().defaultTo('{}'))
    .addColumn('row_mac', 'text', (column) => column.notNull().defaultTo(''))
    .addPrimaryKeyConstraint('replays_key', ['caller', 'key'])
    .execute();
  await db.schema.createIndex('replays_age').on('replays').column('created_at').execute();
}

async function leases(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('leases')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('holder', 'text', (column) => column.notNull())
    .addColumn('epoch', 'bigint', (column) => column.notNull())
    .addColumn('until', 'bigint', (column) => column.notNull())
    .addColumn('since', 'bigint')
    .addColumn('process', 'text')
    .execute();
}
