/** Who holds a lease: which process, and since when. */
import type { Kysely, Migration } from 'kysely';

export const leaseHolders: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('leases').addColumn('since', 'bigint').execute();
    await db.schema.alterTable('leases').addColumn('process', 'text').execute();
  },
};
