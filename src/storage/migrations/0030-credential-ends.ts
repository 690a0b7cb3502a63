/** Finds credentials that expired long ago without a look at all of them. */
import type { Kysely, Migration } from 'kysely';

export const credentialEnds: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.createIndex('credentials_expires_at').on('credentials').column('expires_at').execute();
  },
};
