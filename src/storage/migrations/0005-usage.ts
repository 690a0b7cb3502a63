/** How much keys are used, who serves and reconciles, and which requests were answered before. */
import type { Kysely, Migration } from 'kysely';

export const accounting: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    // Null for versions that were used before uses were counted.
    await db.schema.alterTable('versions').addColumn('use_count', 'bigint').execute();
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
      .execute();
    await db.schema
      .createTable('replays')
      .addColumn('caller', 'text', (column) => column.notNull())
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('request', 'text', (column) => column.notNull())
      .addColumn('answer', 'text')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('replays_key', ['caller', 'key'])
      .execute();
    await db.schema.createIndex('replays_age').on('replays').column('created_at').execute();
  },
};
