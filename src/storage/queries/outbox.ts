/** What people are to be sent. */
import type { MessageRow, OutboxQueries } from '../../credential-store/storage-port.js';
import { type Session, statement, wholeRow } from '../statement.js';

const COLUMNS = [
  'id',
  'credential_id',
  'sealed',
  'created_at',
  'expires_at',
  'row_mac',
  'attempts',
  'due_at',
] as const satisfies readonly (keyof MessageRow)[];

const put = statement<MessageRow>()((db, p) => db.insertInto('outbox').values(wholeRow(COLUMNS, p)));
const due = statement<{ at: number; limit: number }>()((db, p) =>
  db
    .selectFrom('outbox')
    .selectAll()
    .where('due_at', '<=', p('at'))
    .orderBy('due_at')
    .orderBy('id')
    .limit(p('limit')),
);
const page = statement<{ after: string; limit: number }>()((db, p) =>
  db.selectFrom('outbox').selectAll().where('id', '>', p('after')).orderBy('id').limit(p('limit')),
);
const nextDueAt = statement<object>()((db) =>
  db.selectFrom('outbox').select('due_at').orderBy('due_at').limit(1),
);
const postpone = statement<{ id: string; attempts: number; dueAt: number; before: number }>()((db, p) =>
  db
    .updateTable('outbox')
    .set({ attempts: p('attempts'), due_at: p('dueAt') })
    .where('id', '=', p('id'))
    .where('attempts', '=', p('before')),
);
const remove = statement<{ id: string; attempts: number }>()((db, p) =>
  db.deleteFrom('outbox').where('id', '=', p('id')).where('attempts', '=', p('attempts')),
);
const count = statement<object>()((db) =>
  db.selectFrom('outbox').select((row) => row.fn.countAll<number>().as('messages')),
);

export function outboxQueries(session: Session): OutboxQueries {
  return {
    put: async (row) => {
      await put(session, row);
    },
    due: (at, limit) => due(session, { at, limit }),
    page: (after, limit) => page(session, { after, limit }),
    nextDueAt: async () => (await nextDueAt(session, {}))[0]?.due_at,
    postpone: async ({ id, attempts, due_at }, before) => {
      await postpone(session, { id, attempts, dueAt: due_at, before });
    },
    remove: async ({ id, attempts }) => {
      await remove(session, { id, attempts });
    },
    count: async () => (await count(session, {}))[0]?.messages ?? 0,
  };
}
