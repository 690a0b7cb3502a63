/** Credentials of people and guests, their sessions, and the keys that access tokens are signed with. */
import type { Kysely, Migration } from 'kysely';

export const credentials: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
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
      .execute();
    await db.schema
      .createIndex('credentials_holder')
      .on('credentials')
      .columns(['holder_id', 'kind', 'created_at'])
      .execute();
    await db.schema.createIndex('credentials_kind').on('credentials').column('kind').execute();
    await db.schema
      .createTable('signing_keys')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('public_key', 'text', (column) => column.notNull())
      .addColumn('sealed', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('retired_at', 'bigint')
      .addColumn('row_mac', 'text', (column) => column.notNull())
      .execute();
  },
};
