/** Objects of every kind with what clients keep beside them, and versions of keys with what is known of their use. */
import { type Kysely, sql } from 'kysely';

export async function objectsAndVersions(db: Kysely<unknown>): Promise<void> {
  await objects(db);
  await besideObjects(db);
  await versions(db);
}

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
    .addColumn('alias', 'text')
    .addColumn('owner_id', 'text')
    .addColumn('granted_at', 'bigint')
    // Beside the object, where a survey of a whole fleet finds them in one row.
    .addColumn('deliveries', 'text', (column) => column.notNull().defaultTo('[]'))
    .addColumn('applied', 'text')
    .execute();
  await objectIndexes(db);
}

async function objectIndexes(db: Kysely<unknown>): Promise<void> {
  // A tombstone gives its name free.
  for (const column of ['name', 'alias'])
    await db.schema
      .createIndex(`objects_live_${column}`)
      .unique()
      .on('objects')
      .columns(['kind', column])
      .where(sql.ref('removed_at'), 'is', null)
      .execute();
  await db.schema
    .createIndex('objects_removed_name')
    .on('objects')
    .columns(['kind', 'name', 'removed_at'])
    .where(sql.ref('removed_at'), 'is not', null)
    .execute();
  await db.schema.createIndex('objects_owner').on('objects').column('owner_id').execute();
}

async function besideObjects(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('object_references')
    .addColumn('object_id', 'text', (column) => column.notNull().references('objects.id'))
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('object_references_pk', ['kind', 'name', 'object_id'])
    .execute();
  // Attributes that nothing here goes by, and the agents of an environment.
  await db.schema
    .createTable('belongings')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('object_id', 'text', (column) => column.notNull().references('objects.id'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('value', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('belongings_name', ['object_id', 'kind', 'name'])
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
    .addColumn('use_count', 'bigint')
    // A fact beside the instant: the clocks of two machines need not agree on instants.
    .addColumn('is_revoked', 'integer')
    .addUniqueConstraint('versions_generation', ['object_id', 'generation'])
    .execute();
  await db.schema
    .createTable('consumers_seen')
    .addColumn('token_id', 'text', (column) => column.notNull().references('versions.token_id'))
    .addColumn('consumer', 'text', (column) => column.notNull())
    .addColumn('last_seen_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('consumers_seen_pk', ['token_id', 'consumer'])
    .execute();
}
