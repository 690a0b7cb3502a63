/** Columns for people and guests: what else they are called, whose a personal key is, since when a guest is in. */
import { type Kysely, type Migration, sql } from 'kysely';

export const people: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('objects').addColumn('alias', 'text').execute();
    await db.schema.alterTable('objects').addColumn('owner_id', 'text').execute();
    await db.schema.alterTable('objects').addColumn('granted_at', 'bigint').execute();
    await db.schema
      .createIndex('objects_live_alias')
      .unique()
      .on('objects')
      .columns(['kind', 'alias'])
      .where(sql.ref('removed_at'), 'is', null)
      .execute();
    await db.schema.createIndex('objects_owner').on('objects').column('owner_id').execute();
  },
};
