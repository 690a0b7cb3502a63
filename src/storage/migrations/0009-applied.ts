/** What was applied last to an object that was changed manually since. */
import type { Kysely, Migration } from 'kysely';

export const applied: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('objects').addColumn('applied', 'text').execute();
  },
};
