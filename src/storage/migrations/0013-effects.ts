/** What the effects of a request came to that is to have them once, and how far behind an instance was. */
import type { Kysely, Migration } from 'kysely';

export const effects: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable('replays')
      .addColumn('effects', 'text', (column) => column.notNull().defaultTo('{}'))
      .execute();
    await db.schema.alterTable('instances').addColumn('behind', 'bigint').execute();
  },
};
