/** Secrets that customers' code reads when it runs. */
import type { SecretQueries, SecretRow } from '../../credential-store/storage-port.js';
import { chunks } from '../chunks.js';
import { type Session, statement, wholeRow } from '../statement.js';

const COLUMNS = [
  'id',
  'environment_id',
  'space_id',
  'actor_id',
  'name',
  'sealed',
  'created_at',
  'updated_at',
  'row_mac',
] as const satisfies readonly (keyof SecretRow)[];

const byId = statement<{ id: string }>()((db, p) =>
  db.selectFrom('secrets').selectAll().where('id', '=', p('id')),
);
const page = statement<{ after: string; limit: number }>()((db, p) =>
  db.selectFrom('secrets').selectAll().where('id', '>', p('after')).orderBy('id').limit(p('limit')),
);
const put = statement<SecretRow>()((db, p) =>
  db
    .insertInto('secrets')
    .values(wholeRow(COLUMNS, p))
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet({
        sealed: (row) => row.ref('excluded.sealed'),
        updated_at: (row) => row.ref('excluded.updated_at'),
        row_mac: (row) => row.ref('excluded.row_mac'),
      }),
    ),
);
const remove = statement<{ id: string }>()((db, p) => db.deleteFrom('secrets').where('id', '=', p('id')));
const removeIn = statement<{ id: string }>()((db, p) =>
  db
    .deleteFrom('secrets')
    .where((row) => row.or([row('environment_id', '=', p('id')), row('space_id', '=', p('id'))])),
);

export function secretQueries(session: Session): SecretQueries {
  return {
    byId: async (id) => (await byId(session, { id }))[0],
    of: (environmentIds) =>
      chunks(environmentIds, (chunk) =>
        session.compiler
          .selectFrom('secrets')
          .selectAll()
          .where('environment_id', 'in', chunk)
          .orderBy('environment_id')
          .orderBy('name'),
      )(session),
    page: (after, limit) => page(session, { after, limit }),
    put: async (row) => {
      await put(session, row);
    },
    remove: async (id) => {
      await remove(session, { id });
    },
    removeIn: async (id) => {
      await removeIn(session, { id });
    },
  };
}
