/** The first tables: objects of every kind, versions of keys, what surrounds them, and the audit log. */
import { type Kysely, type Migration, sql } from 'kysely';

export const initial: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await objects(db);
    await versions(db);
    await surroundings(db);
  },
};

async function objects(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('objects')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('declaration', 'text', (column) => column.notNull())
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('project', 'text')
    .addColumn('manager', 'text')
    .addColumn('origin', 'text', (column) => column.notNull())
    .addColumn('revision', 'bigint', (column) => column.notNull())
    .addColumn('quiet_until', 'bigint', (column) => column.notNull())
    .addColumn('key_type', 'text')
    .addColumn('is_prod', 'integer')
    .addColumn('deactivated_at', 'bigint')
    .addColumn('rotation_requested_at', 'bigint')
    .addColumn('acknowledged_generation', 'integer')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('removed_at', 'bigint')
    .addColumn('row_mac', 'text', (column) => column.notNull())
    .execute();
  // A tombstone gives its name free.
  await db.schema
    .createIndex('objects_live_name')
    .unique()
    .on('objects')
    .columns(['kind', 'name'])
    .where(sql.ref('removed_at'), 'is', null)
    .execute();
  await db.schema
    .createIndex('objects_removed_name')
    .on('objects')
    .columns(['kind', 'name', 'removed_at'])
    .where(sql.ref('removed_at'), 'is not', null)
    .execute();
  await db.schema
    .createTable('object_references')
    .addColumn('object_id', 'text', (column) => column.notNull().references('objects.id'))
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('object_references_pk', ['kind', 'name', 'object_id'])
    .execute();
}

async function versions(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('versions')
    .addColumn('token_id', 'text', (column) => column.primaryKey())
    .addColumn('object_id', 'text', (column) => column.notNull().references('objects.id'))
    .addColumn('generation', 'integer', (column) => column.notNull())
    .addColumn('token_mac', 'text', (column) => column.notNull())
    .addColumn('fingerprint', 'text', (column) => column.notNull())
    .addColumn('issued_at', 'bigint', (column) => column.notNull())
    .addColumn('promoted_at', 'bigint')
    .addColumn('retiring_at', 'bigint')
    .addColumn('suspended_until', 'bigint')
    .addColumn('revoked_at', 'bigint')
    .addColumn('expires_at', 'bigint')
    .addColumn('sealed', 'text')
    .addColumn('recipient', 'text')
    .addColumn('clear', 'text')
    .addColumn('row_mac', 'text', (column) => column.notNull())
    .addColumn('last_used_at', 'bigint')
    .addUniqueConstraint('versions_generation', ['object_id', 'generation'])
    .execute();
  await db.schema
    .createTable('consumers_seen')
    .addColumn('token_id', 'text', (column) => column.notNull().references('versions.token_id'))
    .addColumn('consumer', 'text', (column) => column.notNull())
    .addColumn('last_seen_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('consumers_seen_pk', ['token_id', 'consumer'])
    .execute();
  await db.schema
    .createTable('deliveries')
    .addColumn('object_id', 'text', (column) => column.notNull().references('objects.id'))
    .addColumn('sink', 'text', (column) => column.notNull())
    .addColumn('generation', 'integer', (column) => column.notNull())
    .addColumn('fingerprint', 'text', (column) => column.notNull())
    .addColumn('machine', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('deliveries_pk', ['object_id', 'sink'])
    .execute();
}

async function surroundings(db: Kysely<unknown>): Promise<void> {
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
  await db.schema
    .createTable('leases')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('holder', 'text', (column) => column.notNull())
    .addColumn('epoch', 'bigint', (column) => column.notNull())
    .addColumn('until', 'bigint', (column) => column.notNull())
    .execute();
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
