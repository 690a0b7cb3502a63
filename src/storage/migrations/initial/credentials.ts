/** What users and guests sign in with, the keys that sign access tokens, secrets of customers' code, and messages. */
import type { Kysely } from 'kysely';

export async function credentialsAndSecrets(db: Kysely<unknown>): Promise<void> {
  await credentials(db);
  await signingKeys(db);
  await secrets(db);
  await outbox(db);
}

async function credentials(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('credentials')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('holder_id', 'text', (column) => column.notNull().references('objects.id'))
    .addColumn('parent_id', 'text')
    .addColumn('name', 'text')
    .addColumn('proof', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint')
    .addColumn('spent_at', 'bigint')
    .addColumn('ended_at', 'bigint')
    .addColumn('row_mac', 'text', (column) => column.notNull())
    .addColumn('last_used_at', 'bigint')
    .addColumn('space_id', 'text')
    .execute();
  await db.schema
    .createIndex('credentials_holder')
    .on('credentials')
    .columns(['holder_id', 'kind', 'created_at'])
    .execute();
  await db.schema.createIndex('credentials_kind').on('credentials').column('kind').execute();
  // Finds those that expired long ago without a look at all of them.
  await db.schema.createIndex('credentials_expires_at').on('credentials').column('expires_at').execute();
}

async function signingKeys(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('signing_keys')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('public_key', 'text', (column) => column.notNull())
    .addColumn('sealed', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('retired_at', 'bigint')
    .addColumn('row_mac', 'text', (column) => column.notNull())
    .execute();
}

async function secrets(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('secrets')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('environment_id', 'text', (column) => column.notNull().references('objects.id'))
    .addColumn('space_id', 'text', (column) => column.notNull())
    .addColumn('actor_id', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('sealed', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('row_mac', 'text', (column) => column.notNull())
    .addUniqueConstraint('secrets_name', ['environment_id', 'space_id', 'actor_id', 'name'])
    .execute();
}

/** Messages with a link in them, until they are sent. */
async function outbox(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('outbox')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('credential_id', 'text', (column) => column.notNull().references('credentials.id'))
    .addColumn('sealed', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('row_mac', 'text', (column) => column.notNull())
    .addColumn('attempts', 'bigint', (column) => column.notNull())
    .addColumn('due_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('outbox_due').on('outbox').column('due_at').execute();
}
