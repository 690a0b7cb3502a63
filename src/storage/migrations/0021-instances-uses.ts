/** Of instances: by how much their clocks are off, until when their uses are known, and since when they are there without a pause. */
import type { Kysely, Migration } from 'kysely';

export const instancesUses: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const column of ['clock_skew_ms', 'uses_until', 'steady_since'])
      await db.schema.alterTable('instances').addColumn(column, 'bigint').execute();
  },
};
