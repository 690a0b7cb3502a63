/** Events of environments, by where and when: each list is read through an index, from its page on. */
import type { ExpressionBuilder, SelectQueryBuilder } from 'kysely';
import type { EventFilter, EventQueries, EventRow } from '../../credential-store/storage-port.js';
import type { Database } from '../schema.js';
import { type Session, statement, wholeRow } from '../statement.js';

const COLUMNS = [
  'id',
  'seq',
  'at',
  'environment_id',
  'space_id',
  'workbook_id',
  'topic',
  'domain',
  'payload',
  'members',
  'actor_id',
  'acknowledged_at',
  'acknowledged_by',
  'row_mac',
] as const satisfies readonly (keyof EventRow)[];

const byId = statement<{ id: string }>()((db, p) =>
  db.selectFrom('events').selectAll().where('id', '=', p('id')),
);
const insert = statement<EventRow>()((db, p) => db.insertInto('events').values(wholeRow(COLUMNS, p)));
const acknowledge = statement<Parameters<EventQueries['acknowledge']>[0]>()((db, p) =>
  db
    .updateTable('events')
    .set({
      ...{ acknowledged_at: p('acknowledged_at'), acknowledged_by: p('acknowledged_by') },
      row_mac: p('row_mac'),
    })
    .where('id', '=', p('id')),
);
const after = statement<{ after: string; limit: number }>()((db, p) =>
  db.selectFrom('events').selectAll().where('id', '>', p('after')).orderBy('id').limit(p('limit')),
);
const forgetSaid = statement<{ environment: string; most: number }>()((db, p) =>
  db
    .deleteFrom('events')
    .where('id', 'in', (inner) =>
      inner
        .selectFrom('events')
        .select('id')
        .where('environment_id', '=', p('environment'))
        .where('seq', 'is', null)
        .orderBy('at', 'desc')
        .orderBy('id', 'desc')
        .limit(SAID_AT_ONCE)
        .offset(p('most')),
    ),
);

/** One is said at a time, so there are never more to forget than a few. */
const SAID_AT_ONCE = 1_000;

export function eventQueries(session: Session): EventQueries {
  const { compiler, connection } = session;
  return {
    byId: async (id) => (await byId(session, { id }))[0],
    page: async (filter, { limit, offset }) => {
      const wanted = where(compiler.selectFrom('events'), filter);
      const sorted = wanted.selectAll().orderBy('at').orderBy('id').limit(limit).offset(offset);
      return (await connection.executeQuery<EventRow>(sorted.compile())).rows;
    },
    after: (id, limit) => after(session, { after: id, limit }),
    count: async (filter, most) => {
      const counted = where(compiler.selectFrom('events'), filter).select('id').limit(most).as('counted');
      const query = compiler.selectFrom(counted).select(({ fn }) => fn.countAll<number>().as('count'));
      return Number((await connection.executeQuery<{ count: number }>(query.compile())).rows[0]?.count ?? 0);
    },
    insert: async (row) => {
      await insert(session, row);
    },
    acknowledge: async (row) => {
      await acknowledge(session, row);
    },
    forgetSaid: async (environment, most) => {
      await forgetSaid(session, { environment, most });
    },
  };
}

function where<O>(
  query: SelectQueryBuilder<Database, 'events', O>,
  { environmentId, spaceId, domain, topic, since, places, acknowledged }: EventFilter,
): SelectQueryBuilder<Database, 'events', O> {
  return query
    .$if(acknowledged === 'excluded', (q) => q.where('acknowledged_at', 'is', null))
    .$if(environmentId !== undefined, (q) => q.where('environment_id', '=', environmentId ?? ''))
    .$if(spaceId !== undefined, (q) => q.where('space_id', '=', spaceId ?? ''))
    .$if(domain !== undefined, (q) => q.where('domain', '=', domain ?? ''))
    .$if(topic !== undefined, (q) => q.where('topic', '=', topic ?? ''))
    .$if(since !== undefined, (q) => q.where('at', '>=', since ?? 0))
    .$if(places !== undefined, (q) =>
      q.where((row) => row.or((places ?? []).map((one) => inPlace(row, one)))),
    );
}

const inPlace = (
  row: ExpressionBuilder<Database, 'events'>,
  { spaceId, workbookIds }: NonNullable<EventFilter['places']>[number],
) =>
  workbookIds === undefined
    ? row('space_id', '=', spaceId)
    : row.and([row('space_id', '=', spaceId), row('workbook_id', 'in', workbookIds)]);
