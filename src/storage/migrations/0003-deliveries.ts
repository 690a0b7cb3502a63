/** What was delivered stands beside its object, where a survey of a whole fleet finds it in one row. */
import type { Kysely, Migration } from 'kysely';

interface Tables {
  readonly objects: { readonly id: string; readonly deliveries: string };
  readonly deliveries: {
    readonly object_id: string;
    readonly sink: string;
    readonly generation: number;
    readonly fingerprint: string;
    readonly machine: string;
  };
}

export const deliveriesBesideObjects: Migration = {
  async up(db: Kysely<Tables>): Promise<void> {
    await db.schema
      .alterTable('objects')
      .addColumn('deliveries', 'text', (column) => column.notNull().defaultTo('[]'))
      .execute();
    const rows = await db.selectFrom('deliveries').selectAll().orderBy('object_id').orderBy('sink').execute();
    const texts = new Map<string, unknown[]>();
    for (const { object_id, sink, generation, fingerprint, machine } of rows)
      texts.set(object_id, [...(texts.get(object_id) ?? []), { sink, generation, fingerprint, machine }]);
    for (const [id, deliveries] of texts)
      await db
        .updateTable('objects')
        .set({ deliveries: JSON.stringify(deliveries) })
        .where('id', '=', id)
        .execute();
    await db.schema.dropTable('deliveries').execute();
  },
};
