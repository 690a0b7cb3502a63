/** The audit log; and events beside it, found by scope and instant. */
import { type Kysely, sql } from 'kysely';

export async function auditAndEvents(db: Kysely<unknown>): Promise<void> {
  await audit(db);
  await events(db);
  await eventIndexes(db);
}

async function audit(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('audit')
    .addColumn('seq', 'bigint', (column) => column.primaryKey())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('path', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('object_kind', 'text', (column) => column.notNull())
    .addColumn('object_name', 'text', (column) => column.notNull())
    .addColumn('detail', 'text', (column) => column.notNull())
    .addColumn('previous_hash', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('audit_object')
    .on('audit')
    .columns(['object_kind', 'object_name', 'seq'])
    .execute();
}

async function events(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('events')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('seq', 'bigint')
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('environment_id', 'text', (column) => column.notNull())
    .addColumn('space_id', 'text')
    .addColumn('workbook_id', 'text')
    .addColumn('topic', 'text', (column) => column.notNull())
    .addColumn('domain', 'text', (column) => column.notNull())
    .addColumn('payload', 'text', (column) => column.notNull())
    .addColumn('members', 'text', (column) => column.notNull())
    .addColumn('actor_id', 'text')
    .addColumn('acknowledged_at', 'bigint')
    .addColumn('acknowledged_by', 'text')
    .addColumn('row_mac', 'text')
    .execute();
}

const INDEXES: readonly (readonly [string, ...string[]])[] = [
  ['at', 'at', 'id'],
  ['environment', 'environment_id', 'at', 'id'],
  ['space', 'space_id', 'at', 'id'],
];

async function eventIndexes(db: Kysely<unknown>): Promise<void> {
  // Clients mostly ask for what was not dealt with yet, of which there is little.
  for (const [name, ...columns] of INDEXES) {
    await db.schema.createIndex(`events_${name}`).on('events').columns(columns).execute();
    await db.schema
      .createIndex(`events_${name}_open`)
      .on('events')
      .columns(columns)
      .where(sql.ref('acknowledged_at'), 'is', null)
      .execute();
  }
  await db.schema
    .createIndex('events_said')
    .on('events')
    .columns(['environment_id', 'at', 'id'])
    .where(sql.ref('seq'), 'is', null)
    .execute();
}
