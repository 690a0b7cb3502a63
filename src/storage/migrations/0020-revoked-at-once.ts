/** That a version was revoked at once, as a fact beside the instant: the clocks of two machines need not agree on instants. */
import type { Kysely, Migration } from 'kysely';

export const revokedAtOnce: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('versions').addColumn('is_revoked', 'integer').execute();
  },
};
