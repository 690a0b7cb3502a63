/** The space that a client's session made, and reaches alone. */
import type { Kysely, Migration } from 'kysely';

export const confinedSessions: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('credentials').addColumn('space_id', 'text').execute();
  },
};
