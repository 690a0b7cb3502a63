/**
 * MACs over events, and over requests that were answered. Those events that are there are signed when the store is
 * opened next, which has the keys; what was answered is forgotten, as it is after a day.
 */
import type { Kysely, Migration } from 'kysely';

interface Tables {
  readonly meta: { readonly name: string; readonly value: string };
  readonly events: { readonly id: string };
  readonly replays: { readonly key: string };
}

export const signedRows: Migration = {
  async up(db: Kysely<Tables>): Promise<void> {
    await db.schema.alterTable('events').addColumn('row_mac', 'text').execute();
    await db.deleteFrom('replays').execute();
    await db.schema
      .alterTable('replays')
      .addColumn('row_mac', 'text', (column) => column.notNull().defaultTo(''))
      .execute();
    const [some] = await db.selectFrom('events').select('id').limit(1).execute();
    if (some !== undefined)
      await db.insertInto('meta').values({ name: 'unsigned_events', value: '1' }).execute();
  },
};
