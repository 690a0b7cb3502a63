/** Use, instances, and requests that were answered before. */
import type { InstanceRow, ReplayRow, UsageQueries, UsageRow } from '../../credential-store/storage-port.js';
import { type Session, statement, wholeRow } from '../statement.js';
import { forgetVersion } from './versions.js';

const counted = statement<{ id: string; uses: number }>()((db, p) =>
  db
    .updateTable('versions')
    .set((row) => ({ use_count: row(row.fn.coalesce('use_count', row.lit(0)), '+', p('uses')) }))
    .where('token_id', '=', p('id')),
);
const addUsage = statement<UsageRow>()((db, p) =>
  db
    .insertInto('usage')
    .values(wholeRow(['day', 'environment', 'is_billable', 'uses'], p))
    .onConflict((conflict) =>
      conflict
        .columns(['day', 'environment', 'is_billable'])
        .doUpdateSet({ uses: (row) => row('usage.uses', '+', row.ref('excluded.uses')) }),
    ),
);
const usage = statement<{ from: string; until: string }>()((db, p) =>
  db
    .selectFrom('usage')
    .selectAll()
    .where('day', '>=', p('from'))
    .where('day', '<=', p('until'))
    .orderBy('day')
    .orderBy('environment')
    .orderBy('is_billable'),
);
const INSTANCE = [
  'id',
  'kind',
  'name',
  'version',
  'started_at',
  'last_seen_at',
  'behind',
  'clock_skew_ms',
  'uses_until',
  'steady_since',
] as const satisfies readonly (keyof InstanceRow)[];

const putInstance = statement<InstanceRow & { steadyBefore: number }>()((db, p) =>
  db
    .insertInto('instances')
    .values(wholeRow<InstanceRow>(INSTANCE, p))
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((row) => ({
        ...{ last_seen_at: p('last_seen_at'), behind: p('behind') },
        ...{ clock_skew_ms: p('clock_skew_ms'), uses_until: p('uses_until') },
        steady_since: row
          .case()
          .when('instances.last_seen_at', '>=', p('steadyBefore'))
          .then(row.ref('instances.steady_since'))
          .else(row.ref('excluded.steady_since'))
          .end(),
      })),
    ),
);
const instances = statement<object>()((db) =>
  db.selectFrom('instances').selectAll().orderBy('kind').orderBy('name').orderBy('id'),
);
const forgetInstances = statement<{ before: number }>()((db, p) =>
  db.deleteFrom('instances').where('last_seen_at', '<', p('before')),
);
const replay = statement<{ caller: string; key: string }>()((db, p) =>
  db.selectFrom('replays').selectAll().where('caller', '=', p('caller')).where('key', '=', p('key')),
);
const putReplay = statement<ReplayRow>()((db, p) =>
  db
    .insertInto('replays')
    .values(wholeRow(['caller', 'key', 'request', 'answer', 'effects', 'created_at', 'row_mac'], p))
    .onConflict((conflict) =>
      conflict.columns(['caller', 'key']).doUpdateSet({
        ...{ request: p('request'), answer: p('answer') },
        ...{ effects: p('effects'), created_at: p('created_at'), row_mac: p('row_mac') },
      }),
    ),
);
const replays = statement<object>()((db) =>
  db.selectFrom('replays').selectAll().orderBy('caller').orderBy('key'),
);
const forgetReplays = statement<{ before: number }>()((db, p) =>
  db.deleteFrom('replays').where('created_at', '<', p('before')),
);

export const usageQueries = (session: Session): UsageQueries => ({
  counted: async (id, uses) => {
    forgetVersion(session, id);
    await counted(session, { id, uses });
  },
  addUsage: async (row) => void (await addUsage(session, row)),
  usage: (from, until) => usage(session, { from, until }),
  putInstance: async (row, steadyBefore) => void (await putInstance(session, { ...row, steadyBefore })),
  instances: () => instances(session, {}),
  forgetInstances: async (before) => void (await forgetInstances(session, { before })),
  replay: async (caller, key) => (await replay(session, { caller, key }))[0],
  putReplay: async (row) => void (await putReplay(session, row)),
  replays: () => replays(session, {}),
  forgetReplays: async (before) => void (await forgetReplays(session, { before })),
});
