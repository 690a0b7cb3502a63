/** The audit log, and the three small tables beside it: leases, wrapped data keys, facts about the store. */
import type {
  AuditQueries,
  AuditRow,
  KeyringQueries,
  KeyringRow,
  LeaseQueries,
  LeaseRow,
  MetaQueries,
  MetaRow,
} from '../../credential-store/storage-port.js';
import { chunks } from '../chunks.js';
import { remembered, type Session, statement, wholeRow } from '../statement.js';

const AUDIT_COLUMNS = [
  'seq',
  'at',
  'actor',
  'path',
  'action',
  'object_kind',
  'object_name',
  'detail',
  'previous_hash',
  'hash',
] as const satisfies readonly (keyof AuditRow)[];

const append = statement<AuditRow>()((db, p) => db.insertInto('audit').values(wholeRow(AUDIT_COLUMNS, p)));
const page = statement<{ since: number; limit: number }>()((db, p) =>
  db.selectFrom('audit').selectAll().where('seq', '>', p('since')).orderBy('seq').limit(p('limit')),
);
const pageOf = statement<{ kind: string; name: string; since: number; limit: number }>()((db, p) =>
  db
    .selectFrom('audit')
    .selectAll()
    .where('object_kind', '=', p('kind'))
    .where('object_name', '=', p('name'))
    .where('seq', '>', p('since'))
    .orderBy('seq')
    .limit(p('limit')),
);
const lastSeq = statement<object>()((db) =>
  db.selectFrom('audit').select('seq').orderBy('seq', 'desc').limit(1),
);

export function auditQueries(session: Session): AuditQueries {
  return {
    append: async (row) => {
      await append(session, row);
    },
    page: (since, limit) => page(session, { since, limit }),
    pageOf: ({ kind, name }, { since, limit }) => pageOf(session, { kind, name, since, limit }),
    times: (seqs) =>
      chunks(seqs, (chunk) =>
        session.compiler.selectFrom('audit').select(['seq', 'at']).where('seq', 'in', chunk),
      )(session),
    lastSeq: async () => (await lastSeq(session, {}))[0]?.seq ?? 0,
  };
}

const getLease = statement<{ name: string }>()((db, p) =>
  db.selectFrom('leases').selectAll().where('name', '=', p('name')),
);
const putLease = statement<LeaseRow>()((db, p) =>
  db
    .insertInto('leases')
    .values(wholeRow(['name', 'holder', 'epoch', 'until', 'since', 'process'], p))
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet({
        ...{ holder: p('holder'), epoch: p('epoch'), until: p('until') },
        ...{ since: p('since'), process: p('process') },
      }),
    ),
);

export function leaseQueries(session: Session): LeaseQueries {
  return {
    get: (name) => remembered(session, `lease ${name}`, async () => (await getLease(session, { name }))[0]),
    put: async (row) => {
      session.memo.set(`lease ${row.name}`, row);
      await putLease(session, row);
    },
  };
}

const allKeys = statement<object>()((db) => db.selectFrom('keyring').selectAll());
const putKey = statement<KeyringRow>()((db, p) =>
  db
    .insertInto('keyring')
    .values(wholeRow(['name', 'wrapped'], p))
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ wrapped: p('wrapped') })),
);

export function keyringQueries(session: Session): KeyringQueries {
  return {
    all: () => allKeys(session, {}),
    put: async (row) => {
      await putKey(session, row);
    },
  };
}

const getMeta = statement<{ name: string }>()((db, p) =>
  db.selectFrom('meta').select('value').where('name', '=', p('name')),
);
const putMeta = statement<MetaRow>()((db, p) =>
  db
    .insertInto('meta')
    .values(wholeRow(['name', 'value'], p))
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: p('value') })),
);

export function metaQueries(session: Session): MetaQueries {
  return {
    get: (name) =>
      remembered(session, `meta ${name}`, async () => (await getMeta(session, { name }))[0]?.value),
    put: async (row) => {
      session.memo.set(`meta ${row.name}`, row.value);
      await putMeta(session, row);
    },
  };
}
