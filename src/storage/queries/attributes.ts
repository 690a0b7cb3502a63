/** What is kept beside objects: attributes, and agents. */
import type { AttributeQueries, AttributeRow } from '../../credential-store/storage-port.js';
import { chunks } from '../chunks.js';
import { type Session, statement, wholeRow } from '../statement.js';

const COLUMNS = [
  'id',
  'kind',
  'object_id',
  'name',
  'value',
  'created_at',
  'updated_at',
] as const satisfies readonly (keyof AttributeRow)[];

const byId = statement<{ id: string }>()((db, p) =>
  db.selectFrom('belongings').selectAll().where('id', '=', p('id')),
);
const put = statement<AttributeRow>()((db, p) =>
  db
    .insertInto('belongings')
    .values(wholeRow(COLUMNS, p))
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet({
        name: (row) => row.ref('excluded.name'),
        value: (row) => row.ref('excluded.value'),
        updated_at: (row) => row.ref('excluded.updated_at'),
      }),
    ),
);
const remove = statement<{ id: string }>()((db, p) => db.deleteFrom('belongings').where('id', '=', p('id')));

export function attributeQueries(session: Session): AttributeQueries {
  return {
    byId: async (id) => (await byId(session, { id }))[0],
    of: (objectIds, kind) =>
      chunks(objectIds, (chunk) =>
        session.compiler
          .selectFrom('belongings')
          .selectAll()
          .where('kind', '=', kind)
          .where('object_id', 'in', chunk)
          .orderBy('object_id')
          .orderBy('name'),
      )(session),
    put: async (row) => {
      await put(session, row);
    },
    remove: async (id) => {
      await remove(session, { id });
    },
  };
}
