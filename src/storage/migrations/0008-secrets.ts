/** Secrets that customers' code reads when it runs: one value for a name in its scope. */
import type { Kysely, Migration } from 'kysely';

export const secrets: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
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
  },
};
